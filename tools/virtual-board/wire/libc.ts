import koffi from 'koffi';
import { getSystemErrorName } from 'node:util';

/** The C library calls behind network interfaces that Node does not offer. Linux only. */
export interface Libc {
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  read(fd: number, buffer: Uint8Array, length: number): number;
  write(fd: number, buffer: Uint8Array, length: number): number;
  socket(domain: number, type: number, protocol: number): number;
  socketpair(domain: number, type: number, protocol: number, fds: number[]): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  send(fd: number, buffer: Uint8Array, length: number, flags: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  dup2(from: number, to: number): number;
  close(fd: number): number;
}

const prototypes: Record<keyof Libc, string> = {
  ioctl: 'int ioctl(int fd, unsigned long request, void *argument)',
  read: 'intptr_t read(int fd, void *buffer, size_t length)',
  write: 'intptr_t write(int fd, const void *buffer, size_t length)',
  socket: 'int socket(int domain, int type, int protocol)',
  socketpair: 'int socketpair(int domain, int type, int protocol, _Out_ int *fds)',
  bind: 'int bind(int fd, const void *address, uint32_t length)',
  send: 'intptr_t send(int fd, const void *buffer, size_t length, int flags)',
  setsockopt: 'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
  dup2: 'int dup2(int from, int to)',
  close: 'int close(int fd)',
};

let loaded: Libc | undefined;

/** Loads the calls on first use, from the process itself, so that glibc and musl are the same. */
export function libc(): Libc {
  if (process.platform !== 'linux') throw new Error(`network interfaces need Linux, this is ${process.platform}`);
  if (loaded) return loaded;
  const library = koffi.load(null);
  const bound = Object.entries(prototypes).map(([name, prototype]) => [name, library.func(prototype)] as const);
  loaded = Object.fromEntries(bound) as unknown as Libc;
  return loaded;
}

/** A failed system call by its name and errno, e.g. "TUNSETIFF: EPERM". */
class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = getSystemErrorName(-errno);
    super(`${call}: ${code}`);
    this.code = code;
  }
}

/** Passes a call's result on, or throws when it is negative; `errno` where the call does not set it. */
export function check(call: string, result: number, errno?: number): number {
  if (result < 0) throw new SystemCallError(call, errno ?? koffi.errno());
  return result;
}
