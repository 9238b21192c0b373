/** Keeps a way in: a key or the flash button stops the application before it starts. */

const enum Guard {
  /** Milliseconds to press a key on the serial line, or the flash button (D3). */
  WAIT = 2000,
  FLASH_BUTTON = 3,
}

let isStopped = false;

function onKey(this: void): void {
  isStopped = true;
}

/** Calls `start` after two seconds unless somebody wants the prompt. */
export function guard(start: (this: void) => void): void {
  print('boot: press a key within 2 s for the prompt');
  gpio.mode(Guard.FLASH_BUTTON, gpio.INPUT, gpio.PULLUP);
  uart.on('data', 0, onKey, 1);
  tmr.create().alarm(Guard.WAIT, tmr.ALARM_SINGLE, () => {
    uart.on('data');
    if (isStopped || gpio.read(Guard.FLASH_BUTTON) === gpio.LOW) {
      print('boot: stopped, the prompt is yours');
      return;
    }
    const [ok, message] = pcall(start);
    if (!ok) print(message);
  });
}
