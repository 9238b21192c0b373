import type { Repl } from '../serial/repl.ts';

/** Bytes of the board's file system. */
export interface Space {
  free: number;
  used: number;
  total: number;
}

/**
 * Adler-32 in plain Lua: no module, no `bit`, sums below 2^31 so that integer builds agree. Four bytes per call of
 * `byte`, which is what takes the time on the chip. The watchdog of the SDK (3.2 s) is fed where `tmr` is there.
 */
const digestFunctions = [
  'function __as(s,a,b)local n=#s-#s%4 for i=1,n,4 do local p,q,r,t=s:byte(i,i+3)' +
    'a=a+p b=b+a a=a+q b=b+a a=a+r b=b+a a=a+t b=b+a end ' +
    'for i=n+1,#s do a=a+s:byte(i)b=b+a end return a%65521,b%65521 end',
  'function __ad(n)local f=file.open(n)if not f then return end local a,b,s=1,0,f:read(256)while s do a,b=__as(s,a,b)' +
    'if tmr then tmr.wdclr()end s=f:read(256)end f:close()return b*65536+a end',
];
export const digestHelpers = ['__as', '__ad'];

/** A Lua string literal of any bytes that holds no quote, newline or byte that a terminal could change. */
export function luaQuote(bytes: string | Uint8Array): string {
  const escaped = [...Buffer.from(bytes)].map((byte) =>
    /[\w .:/~@+,-]/.test(String.fromCharCode(byte)) && byte < 128
      ? String.fromCharCode(byte)
      : `\\${String(byte).padStart(3, '0')}`,
  );
  return `"${escaped.join('')}"`;
}

/** The board's file system, through its prompt. */
export class DeviceFiles {
  readonly #repl: Repl;
  #hasDigest = false;

  constructor(repl: Repl) {
    this.#repl = repl;
  }

  /** Sizes in bytes by name. */
  async list(): Promise<Map<string, number>> {
    const text = await this.#repl.run('local s=""for k,v in pairs(file.list())do s=s..k.."\\1"..v.."\\2"end', 's');
    const entries = text.split('\u0002').filter((entry) => entry !== '');
    return new Map(
      entries.map((entry) => {
        const [name = '', size] = entry.split('\u0001');
        return [name, Number(size)];
      }),
    );
  }

  async space(): Promise<Space> {
    const [free = 0, used = 0, total = 0] = (await this.#repl.run('', 'file.fsinfo()')).split('\t').map(Number);
    return { free, used, total };
  }

  /** Adler-32 of a file, read back from flash by the board itself; undefined when it is not there. */
  async digest(name: string): Promise<number | undefined> {
    if (!this.#hasDigest) for (const line of digestFunctions) await this.#repl.run(line);
    this.#hasDigest = true;
    const text = await this.#repl.run('', `__ad(${luaQuote(name)})`, 15_000);
    return text === '' || text === 'nil' ? undefined : Number(text);
  }

  async exists(name: string): Promise<boolean> {
    return (await this.#repl.run('', `file.exists(${luaQuote(name)})`)) === 'true';
  }

  async remove(name: string): Promise<void> {
    await this.#repl.runChecked(`file.remove(${luaQuote(name)})`);
  }

  /** SPIFFS renames onto no existing file. */
  async rename(from: string, to: string): Promise<void> {
    await this.#repl.runChecked(`file.remove(${luaQuote(to)})file.rename(${luaQuote(from)},${luaQuote(to)})`);
  }

  /** A short text file; undefined when it is not there. */
  async readText(name: string): Promise<string | undefined> {
    if (!(await this.exists(name))) return undefined;
    const hex = await this.#repl.run(
      `local f,t=file.open(${luaQuote(name)}),""local s=f:read(64)while s do ` +
        't=t..s:gsub(".",function(c)return("%02x"):format(c:byte())end)s=f:read(64)end f:close()',
      't',
    );
    return Buffer.from(hex, 'hex').toString('utf8');
  }

  async run(name: string): Promise<void> {
    await this.#repl.runChecked(`dofile(${luaQuote(name)})`, 15_000);
  }
}
