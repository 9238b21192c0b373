import { ExitCode, UserError } from '../cli/exit.ts';

/** An option's text as bits per second. */
export function parseRate(text: string): number {
  const rate = Number(text);
  if (Number.isInteger(rate) && rate >= 300 && rate <= 4_000_000) return rate;
  throw new UserError(`${text} is not a baud rate`, 'usual: 115200', ExitCode.usage);
}

/** As `parseRate`; 0 stands for the rate that the console has. */
export function parseFastRate(text: string): number {
  return text === '0' ? 0 : parseRate(text);
}
