/** Keeps a way in: a key or the flash button stops the application before it starts, and so do three crashes. */
import { overlay } from '../runtime.ts';

/** Milliseconds. */
const enum Wait {
  /** To press a key on the serial line or the flash button, after power-on and after the reset button. */
  LONG = 2000,
  /** The same after a restart by software: somebody is at work. */
  SHORT = 300,
  /** The application has survived. */
  SURVIVED = 60000,
}

const enum Boot {
  /** D3 is GPIO0. */
  FLASH_BUTTON = 3,
  /** Crashes in a row after which the application stays off. */
  CRASHES = 3,
}

/** Causes of `node.bootreason`. */
const enum Cause {
  HARDWARE_WATCHDOG = 1,
  EXCEPTION = 2,
  SOFTWARE_WATCHDOG = 3,
  RESTART = 4,
}

/** Calls `start` after a moment, unless somebody wants the prompt or it only crashes. */
export function guard(start: (this: void) => void, onError: (this: void, traceback: string) => void): void {
  const [, cause] = node.bootreason();
  const { readCrashes, writeCrashes } = overlay<typeof import('./crashes.ts')>($module('./crashes.ts'));
  let crashes = readCrashes();
  if (cause === Cause.HARDWARE_WATCHDOG || cause === Cause.EXCEPTION || cause === Cause.SOFTWARE_WATCHDOG) {
    crashes++;
    writeCrashes(crashes);
  } else if (cause !== Cause.RESTART && crashes > 0) {
    crashes = 0;
    writeCrashes(0);
  }
  if (crashes >= Boot.CRASHES) {
    print(`boot: safe mode after ${crashes} crashes in a row; reset the board to try again`);
    return;
  }

  const wait = cause === Cause.RESTART ? Wait.SHORT : Wait.LONG;
  let isStopped = false;
  print(`boot: press a key within ${wait} ms for the prompt`);
  gpio.mode(Boot.FLASH_BUTTON, gpio.INPUT, gpio.PULLUP);
  const onKey = (): void => {
    isStopped = true;
  };
  uart.on('data', 0, onKey, 1);
  tmr.create().alarm(wait, tmr.ALARM_SINGLE, () => {
    uart.on('data');
    if (isStopped || gpio.read(Boot.FLASH_BUTTON) === gpio.LOW) {
      print('boot: stopped, the prompt is yours');
      return;
    }
    if (crashes > 0) tmr.create().alarm(Wait.SURVIVED, tmr.ALARM_SINGLE, () => writeCrashes(0));
    const [ok, message] = pcall(start);
    if (!ok) onError(message);
  });
}
