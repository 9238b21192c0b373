import type * as lua from 'typescript-to-lua';

/** The nodes directly below a node, in source order. A plain loop: this runs for every node, many times. */
export function childNodes(node: lua.Node): lua.Node[] {
  const children: lua.Node[] = [];
  for (const key in node) {
    const value = (node as unknown as Record<string, unknown>)[key];
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (isLuaNode(item)) children.push(item);
    } else if (isLuaNode(value)) children.push(value);
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
  const copy = { ...node } as unknown as Record<string, unknown>;
  for (const [key, value] of Object.entries(copy)) {
    if (isLuaNode(value)) copy[key] = copyLua(value, replace);
    else if (Array.isArray(value)) copy[key] = value.map((v: unknown) => (isLuaNode(v) ? copyLua(v, replace) : v));
  }
  return copy as unknown as T;
}

function isLuaNode(value: unknown): value is lua.Node {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
