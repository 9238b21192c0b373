/** Makes LEDs blink; on the heap only while one does. */

const enum Place {
  Pin,
  /** The level that lights it. */
  Lit,
  /** The place of the step that runs. */
  Step,
  /** Milliseconds lit, dark, lit, dark ... */
  First,
}

const playing = new LuaTable<tmr.Timer, number[]>();

function step(this: void, timer: tmr.Timer): void {
  const play = playing.get(timer);
  if (play === undefined) return;
  const next = play[Place.Step]! + 1;
  const place = next === play.length ? Place.First : next;
  const lit = play[Place.Lit] as gpio.Level;
  play[Place.Step] = place;
  gpio.write(play[Place.Pin] as gpio.Pin, (place - Place.First) % 2 === 0 ? lit : ((1 - lit) as gpio.Level));
  timer.interval(play[place]!);
  timer.start();
}

/** Goes through `steps`, milliseconds separated by commas, for ever; the LED is lit already. */
export function play(pin: gpio.Pin, lit: gpio.Level, steps: string): void {
  const places: number[] = [pin, lit, Place.First];
  for (const [milliseconds] of steps.gmatch('%d+')) places.push(math.max(1, tonumber(milliseconds)!));
  const timer = tmr.create();
  playing.set(timer, places);
  timer.alarm(places[Place.First]!, tmr.ALARM_SEMI, step);
}

/** Stops what plays on a pin; with the last one this module goes. */
export function stop(pin: gpio.Pin): void {
  let isNeeded = false;
  for (const [timer, places] of pairs(playing)) {
    if (places[Place.Pin] === pin) {
      timer.unregister();
      playing.delete(timer);
    } else isNeeded = true;
  }
  if (!isNeeded) luaPackage.loaded[$module('./blink.ts')] = undefined;
}
