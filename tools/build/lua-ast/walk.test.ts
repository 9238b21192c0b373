import * as lua from 'typescript-to-lua';
import { expect, it } from 'vitest';
import { childNodes } from './walk.ts';

const name = (text: string): lua.Identifier => lua.createIdentifier(text);
const block = lua.createBlock([]);

/** One node of every kind that has others below it. */
const nodes: lua.Node[] = [
  lua.createFile([lua.createReturnStatement([])], new Set(), ''),
  lua.createBlock([lua.createReturnStatement([])]),
  lua.createDoStatement([lua.createReturnStatement([])]),
  lua.createVariableDeclarationStatement([name('a'), name('b')], [name('c')]),
  lua.createAssignmentStatement([name('a'), name('b')], [name('c')]),
  lua.createIfStatement(name('a'), block, lua.createBlock([])),
  lua.createWhileStatement(block, name('a')),
  lua.createRepeatStatement(block, name('a')),
  lua.createForStatement(block, name('i'), name('a'), name('b'), name('c')),
  lua.createForInStatement(block, [name('k'), name('v')], [name('a')]),
  lua.createReturnStatement([name('a')]),
  lua.createExpressionStatement(name('a')),
  lua.createFunctionExpression(block, [name('a')], lua.createDotsLiteral()),
  lua.createTableFieldExpression(name('a'), name('b')),
  lua.createTableExpression([lua.createTableFieldExpression(name('a'))]),
  lua.createUnaryExpression(name('a'), lua.SyntaxKind.NotOperator),
  lua.createBinaryExpression(name('a'), name('b'), lua.SyntaxKind.AdditionOperator),
  lua.createCallExpression(name('f'), [name('a')]),
  lua.createMethodCallExpression(name('a'), name('f'), [name('b')]),
  lua.createTableIndexExpression(name('a'), name('b')),
  lua.createParenthesizedExpression(name('a')),
  lua.createConditionalExpression(name('a'), name('b'), name('c')),
];

it.each(nodes.map((node) => [lua.SyntaxKind[node.kind], node] as const))('finds every node below a %s', (_, node) => {
  const found = Object.values(node)
    .flat()
    .filter((value: unknown) => typeof value === 'object' && value !== null && 'kind' in value) as unknown[];
  expect(found.length).toBeGreaterThan(0);
  expect(childNodes(node)).toEqual(found);
});
