/** Names of the counters, from `Place.Accepted` on; loaded to tell about them. */
export const names = ['accepted', 'answered', 'closed', 'lost', 'busy', 'late', 'stalled', 'errors'];
