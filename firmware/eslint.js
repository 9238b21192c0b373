import tseslint from 'typescript-eslint';

/**
 * Syntax that types cannot forbid and that costs heap on the board, or does not work there. Each message names the
 * cheap form and what the other one costs: bytes of heap, measured on NodeMCU's Lua 5.1.
 */
export const costlySyntax = [
  {
    selector: 'ClassDeclaration, ClassExpression',
    message:
      'A class costs 360 bytes, 143 more per method, and 720 once. Write functions of the module and state in `let` that is not exported.',
  },
  {
    selector: ':function[async=true], AwaitExpression, ForOfStatement[await=true]',
    message: 'async and await cost 9700 bytes. Pass a callback.',
  },
  { selector: ':function[generator=true]', message: 'A generator costs 4290 bytes. Write a loop, or pass a callback.' },
  {
    selector: 'ThrowStatement',
    message: 'throw costs 6235 bytes and crashes. Write error(message), or return undefined and let the caller decide.',
  },
  {
    selector: 'TryStatement',
    message: 'try costs 300 bytes. Write `const [ok, message] = pcall(f, ...)`.',
  },
  {
    selector: 'UnaryExpression[operator="delete"]',
    message: 'delete costs 4730 bytes. Write `t[key] = undefined`, which removes the field in Lua.',
  },
  {
    selector: 'SwitchStatement',
    message: 'A switch of three cases costs 70 bytes more than its tests. Write if and else if.',
  },
  {
    selector: 'TSEnumDeclaration[const!=true]',
    message: 'An enum costs 88 bytes per member. Write const enum, or a union of strings.',
  },
  {
    selector: 'SpreadElement',
    message: 'Spread costs 340 to 1300 bytes. Write a loop; for arguments, unpack(list).',
  },
  {
    selector: 'ForStatement',
    message:
      'A C-style loop costs 8 bytes and four instructions more at each turn. Write `for (const i of $range(1, n))`.',
  },
  {
    selector: 'ForInStatement',
    message: 'for ... in saves no byte and calls every key a string. Write `for (const [key, value] of pairs(t))`.',
  },
  {
    selector: 'UnaryExpression[operator="typeof"]',
    message: "typeof costs 500 bytes. Write type(x): 'nil', 'number', 'string', 'table' ...",
  },
  { selector: 'UnaryExpression[operator="+"]', message: 'Unary + costs 1050 bytes. Write tonumber(x).' },
  {
    selector: 'BinaryExpression[operator="instanceof"]',
    message: 'instanceof costs 2900 bytes. Compare a field that tells the kind.',
  },
  {
    selector: 'BinaryExpression[operator="in"]',
    message: 'in saves no byte, and a field that is undefined is absent in Lua. Compare it with undefined.',
  },
  {
    selector: 'Property[kind="get"], Property[kind="set"], MethodDefinition[kind="get"], MethodDefinition[kind="set"]',
    message: 'Getters and setters cost 1900 to 4000 bytes. Write a function.',
  },
  {
    selector: 'TaggedTemplateExpression',
    message: 'A tagged template costs 100 bytes and two tables at each use. Call a function.',
  },
  {
    selector: 'ExportNamedDeclaration > VariableDeclaration[kind="let"]',
    message:
      'An exported let that changes gives its module a table of names, 72 bytes for each export, and modules loaded on demand see a copy. Export a function, or a table with a field.',
  },
];

/**
 * ESLint settings for firmware: `files` are the patterns of its sources. Zero and the empty string are true in Lua, so
 * a condition must be a boolean or something that may be nil.
 */
export function firmwareRules(files = ['src/**/*.ts']) {
  return tseslint.config({
    files,
    ignores: ['**/*.test.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      eqeqeq: 'error',
      // TypeScript knows which names exist.
      'no-undef': 'off',
      'no-unused-vars': 'off',
      'no-restricted-syntax': ['error', ...costlySyntax],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unused-expressions': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/strict-boolean-expressions': [
        'error',
        { allowString: false, allowNumber: false, allowNullableBoolean: true, allowNullableObject: true },
      ],
    },
  });
}
