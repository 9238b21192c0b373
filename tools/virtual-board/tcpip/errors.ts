/** lwIP's err_t, as the firmware's callbacks hand it to Lua (app/include/lwip/err.h). */
export const Err = {
  ok: 0,
  memory: -1,
  routing: -4,
  inProgress: -5,
  value: -6,
  aborted: -8,
  reset: -9,
  closed: -10,
  notConnected: -11,
  argument: -12,
  inUse: -13,
  alreadyConnected: -15,
} as const;

export type Err = (typeof Err)[keyof typeof Err];
