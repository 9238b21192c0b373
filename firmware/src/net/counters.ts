/** What happened to connections since boot. Outlives the manager's code, which is let go when nobody is connected. */
export const counters = {
  accepted: 0,
  answered: 0,
  /** Closed by us first. */
  closed: 0,
  /** Ended by the client's RST or silence. */
  lost: 0,
  /** Told to come back later. */
  busy: 0,
  /** Requests that took too long. */
  late: 0,
  /** Sends put off: no memory, or refused by the stack. */
  stalled: 0,
  /** Lua errors caught. */
  errors: 0,
};
