/** One read buffer for all connections of a thread: its bytes are used before the next read. */
export const readBuffer = Buffer.allocUnsafe(65_536);
