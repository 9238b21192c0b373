import { constants } from 'node:fs';
import koffi from 'koffi';

/** What Node does not offer on a terminal's descriptor. Linux and macOS. */
interface TermiosCalls {
  tcgetattr(fd: number, termios: Uint8Array): number;
  tcsetattr(fd: number, when: number, termios: Uint8Array): number;
  cfmakeraw(termios: Uint8Array): void;
  cfgetospeed(termios: Uint8Array): number;
  cfsetspeed(termios: Uint8Array, speed: number): number;
  fcntl(fd: number, command: number, type: string, value: number): number;
}

const prototypes: Record<keyof TermiosCalls, string> = {
  tcgetattr: 'int tcgetattr(int fd, _Out_ void *termios)',
  tcsetattr: 'int tcsetattr(int fd, int when, const void *termios)',
  cfmakeraw: 'void cfmakeraw(_Inout_ void *termios)',
  cfgetospeed: 'unsigned int cfgetospeed(const void *termios)',
  cfsetspeed: 'int cfsetspeed(_Inout_ void *termios, unsigned int speed)',
  fcntl: 'int fcntl(int fd, int command, ...)',
};

/** Room for `struct termios` of every platform; the largest known has 72 bytes. */
const TERMIOS_SIZE = 128;
const TCSANOW = 0;
const F_SETFL = 4;

/** Linux counts its rates instead of naming them (asm-generic/termbits.h); other systems use the rate itself. */
const LINUX_SPEEDS = new Map([
  [0xd, 9600],
  [0xe, 19200],
  [0xf, 38400],
  [0x1001, 57600],
  [0x1002, 115200],
  [0x1003, 230400],
  [0x1004, 460800],
  [0x1005, 500000],
  [0x1006, 576000],
  [0x1007, 921600],
  [0x1008, 1000000],
  [0x1009, 1152000],
  [0x100a, 1500000],
  [0x100b, 2000000],
]);

let loaded: TermiosCalls | undefined;

function calls(): TermiosCalls {
  if (loaded) return loaded;
  const library = koffi.load(null);
  const bound = Object.entries(prototypes).map(([name, prototype]) => [name, library.func(prototype)] as const);
  loaded = Object.fromEntries(bound) as unknown as TermiosCalls;
  return loaded;
}

function attributes(fd: number): Uint8Array {
  const termios = new Uint8Array(TERMIOS_SIZE);
  if (calls().tcgetattr(fd, termios) < 0) throw new Error('tcgetattr failed');
  return termios;
}

/** No echo, no line editing, no translation of line ends, and the rate a serial console starts at. */
export function makeRaw(fd: number, baudRate: number): void {
  const termios = attributes(fd);
  calls().cfmakeraw(termios);
  calls().cfsetspeed(termios, speedOf(baudRate));
  if (calls().tcsetattr(fd, TCSANOW, termios) < 0) throw new Error('tcsetattr failed');
}

/** The baud rate that a terminal is set to; undefined for one that has no name. */
export function baudRateOf(fd: number): number | undefined {
  const speed = calls().cfgetospeed(attributes(fd));
  return LINUX_SPEEDS.get(speed) ?? (speed >= 9600 && !isLinuxCode(speed) ? speed : undefined);
}

export function makeNonBlocking(fd: number): void {
  if (calls().fcntl(fd, F_SETFL, 'int', constants.O_NONBLOCK | constants.O_RDWR) < 0) throw new Error('fcntl failed');
}

const isLinuxCode = (speed: number): boolean => speed >> 4 === 0x100;

function speedOf(baudRate: number): number {
  if (process.platform !== 'linux') return baudRate;
  for (const [code, rate] of LINUX_SPEEDS) if (rate === baudRate) return code;
  throw new Error(`${baudRate} baud has no code`);
}
