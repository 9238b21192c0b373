import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { firmwareRules } from './firmware/eslint.js';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'host-tests/reference/data/'] },
  js.configs.recommended,
  {
    files: ['{tools,host-tests}/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  ...firmwareRules(['firmware/{src,examples}/**/*.ts']),
  {
    files: ['**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['tools/serial/serialport-facade/**/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', module: 'writable', process: 'readonly', Buffer: 'readonly' },
    },
  },
);
