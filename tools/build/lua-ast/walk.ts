import * as lua from 'typescript-to-lua';

/** Where each kind of node keeps the nodes below it, in the order in which typescript-to-lua fills it in. */
const parts: Partial<Record<lua.SyntaxKind, readonly string[]>> = {
  [lua.SyntaxKind.File]: ['statements'],
  [lua.SyntaxKind.Block]: ['statements'],
  [lua.SyntaxKind.DoStatement]: ['statements'],
  [lua.SyntaxKind.VariableDeclarationStatement]: ['left', 'right'],
  [lua.SyntaxKind.AssignmentStatement]: ['left', 'right'],
  [lua.SyntaxKind.IfStatement]: ['condition', 'ifBlock', 'elseBlock'],
  [lua.SyntaxKind.WhileStatement]: ['body', 'condition'],
  [lua.SyntaxKind.RepeatStatement]: ['body', 'condition'],
  [lua.SyntaxKind.ForStatement]: [
    'body',
    'controlVariable',
    'controlVariableInitializer',
    'limitExpression',
    'stepExpression',
  ],
  [lua.SyntaxKind.ForInStatement]: ['body', 'names', 'expressions'],
  [lua.SyntaxKind.ReturnStatement]: ['expressions'],
  [lua.SyntaxKind.ExpressionStatement]: ['expression'],
  [lua.SyntaxKind.FunctionExpression]: ['body', 'params', 'dots'],
  [lua.SyntaxKind.TableFieldExpression]: ['value', 'key'],
  [lua.SyntaxKind.TableExpression]: ['fields'],
  [lua.SyntaxKind.UnaryExpression]: ['operand'],
  [lua.SyntaxKind.BinaryExpression]: ['left', 'right'],
  [lua.SyntaxKind.CallExpression]: ['expression', 'params'],
  [lua.SyntaxKind.MethodCallExpression]: ['prefixExpression', 'name', 'params'],
  [lua.SyntaxKind.TableIndexExpression]: ['table', 'index'],
  [lua.SyntaxKind.ParenthesizedExpression]: ['expression'],
  [lua.SyntaxKind.ConditionalExpression]: ['condition', 'whenTrue', 'whenFalse'],
};
const noParts: readonly string[] = [];

type Part = lua.Node | lua.Node[] | undefined;

/** The nodes directly below a node. Written for speed: this runs for every node, many times. */
export function childNodes(node: lua.Node): lua.Node[] {
  const children: lua.Node[] = [];
  for (const key of parts[node.kind] ?? noParts) {
    const part = (node as unknown as Record<string, Part>)[key];
    if (part === undefined) continue;
    if (Array.isArray(part)) for (const child of part) children.push(child);
    else children.push(part);
  }
  return children;
}

/** Calls `visit` for the node and all below it, outer ones first. */
export function walkLua(node: lua.Node, visit: (node: lua.Node) => void): void {
  visit(node);
  for (const child of childNodes(node)) walkLua(child, visit);
}

/**
 * A deep copy in which `replace` may exchange nodes: it sees each node before its children and returns a node to use
 * instead (taken as it is), or undefined to go on. The original stays as it was, so it can be kept between builds.
 */
export function copyLua<T extends lua.Node>(node: T, replace: (node: lua.Node) => lua.Node | undefined): T {
  const replacement = replace(node);
  if (replacement) return replacement as T;
  const copy = { ...node };
  for (const key of parts[node.kind] ?? noParts) {
    const part = (node as unknown as Record<string, Part>)[key];
    if (part === undefined) continue;
    (copy as unknown as Record<string, Part>)[key] = Array.isArray(part)
      ? part.map((child) => copyLua(child, replace))
      : copyLua(part, replace);
  }
  return copy;
}
