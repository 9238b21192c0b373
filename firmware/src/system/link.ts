/** Joins the Wi-Fi, and tries again, ever less often, when it cannot; loaded until the board has an address. */
import { join } from './station.ts';
import { Status, watch } from './watch.ts';

/** Seconds. */
const enum Retry {
  FIRST = 10,
  LAST = 120,
}

/** Milliseconds. */
const enum Look {
  /** Between looks at a link that is not up yet, and at one that is. */
  DOWN = 250,
  UP = 5000,
}

/** As `<hostname>.local`. */
function announce(this: void): void {
  mdns.register(wifi.sta.gethostname(), { service: 'http', port: 80 });
}

function isUp(): boolean {
  return wifi.sta.status() === Status.GOT_IP && wifi.sta.getip()[0] !== undefined;
}

/** Joins, and looks after the link from then on. */
export function connect(timer: tmr.Timer): void {
  let patience: number = Retry.FIRST;
  let since = tmr.time();
  join();
  timer.alarm(Look.DOWN, tmr.ALARM_AUTO, () => {
    if (isUp()) {
      timer.unregister();
      if (_G['mdns'] !== undefined) pcall(announce);
      timer.alarm(Look.UP, tmr.ALARM_AUTO, watch);
      collectgarbage();
      const [ip] = wifi.sta.getip();
      print(`http: listening on ${ip!}:80`);
      print(`heap: ${node.heap()} bytes free`);
    } else if (tmr.time() - since >= patience) {
      since = tmr.time();
      patience = math.min(2 * patience, Retry.LAST);
      print(`wifi: no link yet, trying again; next time in ${patience} s`);
      pcall(join);
    }
  });
}
