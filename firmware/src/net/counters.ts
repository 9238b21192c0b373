/** What is counted; the numbers are places in `counters`. */
export const enum Count {
  Accepted,
  Answered,
  /** Closed by us first. */
  Closed,
  /** Ended by the client's RST or silence. */
  Lost,
  /** Told to come back later. */
  Busy,
  /** Requests that took too long. */
  Late,
  /** Sends put off: no memory, or refused by the stack. */
  Stalled,
  /** Lua errors caught. */
  Errors,
}

/** Since boot. Outlives the manager's code, which is let go when nobody is connected. */
export const counters = [0, 0, 0, 0, 0, 0, 0, 0];
