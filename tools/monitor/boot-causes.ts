/** `rst cause` of the boot ROM's first line (Espressif, ESP8266 Boot Messages); the SDK's restart counts as the pin. */
export const romCauses: Readonly<Record<string, string>> = {
  1: 'power on',
  2: 'reset pin, or restart by software',
  3: 'software reset',
  4: 'hardware watchdog',
};

/** EXCCAUSE values that Lua firmware meets (Xtensa ISA, table of exception causes). */
const exceptions: Readonly<Record<string, string>> = {
  0: 'illegal instruction',
  2: 'instruction fetch error',
  3: 'load or store error',
  6: 'division by zero',
  9: 'unaligned load or store',
  20: 'instruction fetch prohibited',
  28: 'load from a forbidden address, often nil memory',
  29: 'store to a forbidden address, often nil memory',
};

/** What a line of the log says about a reset, in words; undefined for every other line. */
export function explainLine(line: string): string | undefined {
  const rom = /rst cause:(\d)/.exec(line);
  if (rom) return `reset: ${romCauses[rom[1] ?? ''] ?? `unknown cause ${rom[1] ?? ''}`}`;
  const exception = /(?:Fatal )?exception ?\((\d+)\)|Fatal exception (\d+)/i.exec(line);
  if (exception) {
    const cause = exception[1] ?? exception[2] ?? '';
    return `crash: ${exceptions[cause] ?? `exception ${cause}`}`;
  }
  if (/^PANIC: /.test(line)) return 'panic: an error in a callback that nothing caught; the board restarts';
  if (/^NodeMCU \d/.test(line)) return 'boot';
  return undefined;
}
