import { type ModuleGraph, importOrder } from '../module-graph.ts';

/** Modules that become one file on the board. */
export interface Partition {
  /** The module that gives the file its name and its exports. */
  root: string;
  /** In the order in which they run, the root last. */
  files: string[];
}

/**
 * Divides the modules into files. A module belongs to the root that is certainly loaded before every other user of it
 * (one root dominates another when the other can only be reached through code of the first); a module without such a
 * root, and a module that is a root itself, gets a file of its own.
 */
export function partition(graph: ModuleGraph): Partition[] {
  const orders = new Map(graph.roots.map((root) => [root, importOrder(graph, root)]));
  const dominators = findDominators(graph, orders);
  const ownerOf = (file: string): string => {
    if (orders.has(file)) return file;
    const users = graph.roots.filter((root) => orders.get(root)?.includes(file));
    return users.find((user) => users.every((other) => dominators.get(other)?.has(user))) ?? file;
  };
  const parts = new Map<string, Partition>();
  for (const order of orders.values()) {
    for (const file of order) {
      const root = ownerOf(file);
      const part = parts.get(root) ?? { root, files: [] };
      parts.set(root, part);
      if (!part.files.includes(file)) part.files.push(file);
    }
  }
  return [...parts.values()].map((part) => inOrder(part, orders.get(part.root)));
}

/** Another root may have listed the modules of a part before; what counts is the order of its own imports. */
function inOrder(part: Partition, order: readonly string[] | undefined): Partition {
  return order ? { root: part.root, files: order.filter((file) => part.files.includes(file)) } : part;
}

/** For each root the roots that are loaded whenever it is, itself included. */
function findDominators(graph: ModuleGraph, orders: ReadonlyMap<string, string[]>): Map<string, Set<string>> {
  const loaders = new Map<string, string[]>(graph.roots.map((root) => [root, []]));
  for (const [root, files] of orders) {
    const named = new Set(files.flatMap((file) => [...(graph.modules.get(file)?.named ?? [])]));
    for (const target of named) loaders.get(target)?.push(root);
  }
  const dominators = new Map(graph.roots.map((root) => [root, new Set(root === graph.entry ? [root] : graph.roots)]));
  for (let changed = true; changed;) {
    changed = false;
    for (const root of graph.roots) {
      if (root === graph.entry) continue;
      const sets = (loaders.get(root) ?? []).map((loader) => dominators.get(loader) ?? new Set<string>());
      const common = [...(sets[0] ?? [])].filter((other) => sets.every((set) => set.has(other)));
      const next = new Set([...common, root]);
      changed ||= next.size !== dominators.get(root)?.size;
      dominators.set(root, next);
    }
  }
  return dominators;
}
