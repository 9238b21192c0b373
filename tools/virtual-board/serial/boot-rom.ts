/** Reset causes as the boot ROM counts them in its first line. */
export const ResetCause = { powerOn: 1, external: 2, software: 3, watchdog: 4 } as const;

export type ResetCause = (typeof ResetCause)[keyof typeof ResetCause];

/** Strap pins as the ROM prints them: with GPIO0 high it boots from flash, with GPIO0 low it loads over the UART. */
const bootMode = { flash: '(3,6)', uart: '(1,6)' } as const;

/** What the ROM prints at 74880 baud before it does anything, as every ESP8266 does. */
export function bootRomText(cause: ResetCause, gpio0Low: boolean): string {
  const mode = gpio0Low ? bootMode.uart : bootMode.flash;
  return `\r\n ets Jan  8 2013,rst cause:${cause}, boot mode:${mode}\r\n\r\n`;
}

/** What the ROM adds when address 0 of the flash holds no image; a second later its watchdog starts all over. */
export const NO_IMAGE_TEXT = 'ets_main.c 181 \r\n';

/** How long the ROM stays with `NO_IMAGE_TEXT` before its watchdog resets the chip, in milliseconds. */
export const NO_IMAGE_RESTART_MS = 1000;
