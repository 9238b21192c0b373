import { pcbsLostBetween, type BoardReport } from './board-watch.ts';
import { LEAK_BYTES } from './leak.ts';

/** Shortest and longest second load that tells growth from a leak. */
const SHORTEST_MS = 3000;
const LONGEST_MS = 15_000;

/** What the first load did: bytes that are missing, connections in all, and how many a second at its end. */
interface FirstLoad {
  heapLost: number;
  connections: number;
  perSecond: number;
}

/** How long the load must come again for a leak to take twice what counts as one, milliseconds. */
export function leakCheckMs({ heapLost, connections, perSecond }: FirstLoad): number {
  const needed = (2 * LEAK_BYTES * connections) / heapLost;
  const ms = perSecond > 0 ? (1000 * needed) / perSecond : 0;
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ms));
}

/**
 * Joins what two loads, one after the other, did to the board. Heap that the first one took and the second did not take
 * again has grown once, unless it fell with every connection all the same; control blocks are lost in either case.
 */
export function afterSecondLoad(first: BoardReport & { heapLost: number }, second: BoardReport): BoardReport {
  const { before } = first;
  const { after } = second;
  const pcbsLost = before && after && pcbsLostBetween(before, after);
  const missing = before?.heap !== undefined && after?.heap !== undefined ? before.heap - after.heap : first.heapLost;
  const isGrowth = second.heapLost === 0 && !first.leak?.isLeak && !second.leak?.isLeak;
  return {
    ...second,
    ...(before && { before }),
    ...(pcbsLost !== undefined && { pcbsLost }),
    ...(isGrowth ? { grownOnce: first.heapLost } : { heapLost: missing }),
    ...(second.restarts !== undefined && { restarts: second.restarts + (first.restarts ?? 0) }),
  };
}

/** Whether what is missing was growth or a leak is not known. */
export function withoutHeap(report: BoardReport): BoardReport {
  const known = { ...report };
  delete known.heapLost;
  return known;
}
