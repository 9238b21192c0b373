import { overlay } from '../runtime.ts';

export const enum Status {
  /** `wifi.STA_GOTIP`: as a number it takes no place on the heap. */
  GOT_IP = 5,
}

/** Looks after a link that is up with as little code as possible. */
export function watch(this: void, timer: tmr.Timer): void {
  if (wifi.sta.status() !== Status.GOT_IP) overlay<typeof import('./link.ts')>($module('./link.ts')).connect(timer);
}
