/** Names of the counters, in the order of `Count`; loaded to tell about them. */
export const names = ['accepted', 'answered', 'closed', 'lost', 'busy', 'late', 'stalled', 'errors'];
