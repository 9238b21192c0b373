/** Watches the Wi-Fi link: says when the board can be reached, and tries again, ever less often, when it cannot. */

/** Seconds. */
const enum Retry {
  FIRST = 5,
  LAST = 60,
}

/** Milliseconds between looks at the link. */
const LOOK = 1000;

/**
 * Calls `up` with the board's address each time it gets one.
 * @param reconnect starts a new attempt; the SDK's own attempts end when the access point is gone for long
 */
export function watch(up: (this: void, ip: string) => void, reconnect: (this: void) => void): void {
  let isUp = false;
  let patience: number = Retry.FIRST;
  let since = tmr.time();
  tmr.create().alarm(LOOK, tmr.ALARM_AUTO, () => {
    const [ip] = wifi.sta.getip();
    const isConnected = wifi.sta.status() === wifi.STA_GOTIP && ip !== undefined;
    if (isConnected) {
      since = tmr.time();
      patience = Retry.FIRST;
      if (!isUp) up(ip);
    } else if (isUp) {
      print('wifi: lost');
    } else if (tmr.time() - since >= patience) {
      since = tmr.time();
      patience = math.min(2 * patience, Retry.LAST);
      print(`wifi: trying again, next time in ${patience} s`);
      pcall(reconnect);
    }
    isUp = isConnected;
  });
}
