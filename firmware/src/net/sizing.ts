/**
 * How large windows may be when buffers are scarce: a segment is held until it is acknowledged, so a connection needs
 * as many buffers as its window has segments. Less than one MSS each means that more memory is needed.
 */
import { Tcp } from './connection.ts';

/** Bytes that each of `connections` may have on its way, when `heap` bytes may go to segments. */
export function windows(heap: number, connections: number): LuaMultiReturn<[receive: number, send: number]> {
  const buffers = math.floor(math.max(heap, 0) / Tcp.SEGMENT_HEAP);
  const share = (buffers * Tcp.SEGMENT) / math.max(connections, 1);
  // Unacknowledged data stays in its buffers while new data is written: half, or two thirds when the client delays ACKs
  // and so acknowledges two segments at a time.
  return $multi(math.floor(share), math.floor(share / 2));
}
