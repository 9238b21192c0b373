import { observe } from './scenarios/observe.ts';
import type { Scenario, Step } from './scenarios/scenario.ts';
import type { HeapRow } from './heap-table.ts';

const PREFIX = 'socket.accepted.';
const HANDLERS = ['receive', 'sent', 'disconnection', 'reconnection', 'connection'];
const CONNECTIONS = 5;
const ARENA = 52_000;
/** Time between two connections; long enough for delayed acknowledgements. */
const STEP_MS = 500;

/** Bytes per accepted idle connection, the rows of heap.json that need a peer: mean over the 2nd to 5th. */
export function measureSocketRow(name: string, recorded: number): HeapRow | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const count = Number(/\.(\d+)$/.exec(name)?.[1] ?? 0);
  const handler = name.includes('.closure.') ? 'function() return c end' : 'shared';
  const free = observe(idleConnections(count, handler), 'nodemcu-3.0', 1).checks.map(({ heap }) => heap);
  const [none = 0, first = 0] = free;
  const measured = name.endsWith('.first') ? none - first : (first - (free[CONNECTIONS] ?? 0)) / (CONNECTIONS - 1);
  return { name, recorded, measured, deviation: measured / recorded - 1 };
}

function idleConnections(count: number, handler: string): Scenario {
  const set = HANDLERS.slice(0, count).map((event) => `  c:on("${event}", ${handler})\n`);
  const lua = `node.egc.setmode(node.egc.ON_ALLOC_FAILURE)
local function shared() end
srv = net.createServer(600)
srv:listen(80, function(c)
${set.join('')}end)
`;
  const peer = Array.from({ length: CONNECTIONS }, (_, at): Step[] => {
    const conn = `C${at}`;
    const start = STEP_MS * (at + 1);
    return [
      { at: start, send: { conn, flags: 'S', mss: 1460 } },
      { at: start + 10, send: { conn, flags: 'A' } },
      { at: start + 300, check: conn },
    ];
  });
  return {
    name: 'idle connections',
    title: '',
    device: { lua, heap: ARENA, wifiUp: true },
    durationMs: STEP_MS * (CONNECTIONS + 1),
    peer: [{ at: 100, check: 'none' }, ...peer.flat()],
    observed: { end: { pcbs: {}, heapStart: 0, heapEnd: 0, rebooted: false, panic: null } },
    compare: { segments: 'order+fields', timeToleranceMs: 0 },
  };
}
