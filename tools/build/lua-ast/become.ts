import type * as lua from 'typescript-to-lua';

/** Turns a node of a tree that is ours alone into another one, in place; it keeps its position for source maps. */
export function become(node: lua.Node, other: lua.Node): void {
  const { line, column } = node;
  for (const key of Object.keys(node)) Reflect.deleteProperty(node, key);
  Object.assign(node, other, line !== undefined && { line }, column !== undefined && { column });
}
