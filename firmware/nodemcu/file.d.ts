/**
 * The flash file system (SPIFFS). Names have at most 31 bytes; `/` is an ordinary character. At most four files may be
 * open.
 * @noSelf
 */
declare namespace file {
  type OpenMode = 'r' | 'w' | 'a' | 'r+' | 'w+' | 'a+';

  /** Nil when the file does not exist (r, r+) or cannot be made. @throws for a name longer than 31 bytes */
  function open(name: string, mode?: OpenMode): FileObject | undefined;
  function exists(name: string): boolean;
  /** No error when there is none. */
  function remove(name: string): void;
  /** False when `from` is missing or `to` exists. */
  function rename(from: string, to: string): boolean;
  /** Sizes in bytes by name; `pattern` is a Lua pattern. */
  function list(pattern?: string): Record<string, number>;
  function stat(name: string):
    | {
        name: string;
        size: number;
        is_dir: boolean;
        is_rdonly: boolean;
        is_hidden: boolean;
        is_sys: boolean;
        is_arch: boolean;
        time: { year: number; mon: number; day: number; hour: number; min: number; sec: number };
      }
    | undefined;
  /** The whole file as a string; nil when it is missing or empty. */
  function getcontents(name: string): string | undefined;
  /** Replaces the whole file; nil when there is no room. A power cut in between loses both versions. */
  function putcontents(name: string, contents: string): true | undefined;
  /** Bytes. */
  function fsinfo(): LuaMultiReturn<[free: number, used: number, total: number]>;
  /** Erases everything. */
  function format(): void;
  function fscfg(): LuaMultiReturn<[address: number, size: number]>;
  /** Sets the source of the time that files get; without a function it stops. */
  function on(
    event: 'rtc',
    clock?: (this: void) => { year: number; mon: number; day: number; hour: number; min: number; sec: number },
  ): void;

  interface FileObject {
    /** Up to `bytes` (default 1024), or up to and including a character; nil at the end. */
    read(limit?: number | string): string | undefined;
    /** A line with its end, at most 1024 bytes; nil at the end. */
    readline(): string | undefined;
    /** Nil when the file system is full. */
    write(text: string): true | undefined;
    /** Adds a line end. */
    writeline(text: string): true | undefined;
    /** The new position, nil when it would be negative. */
    seek(from?: 'set' | 'cur' | 'end', offset?: number): number | undefined;
    flush(): true | undefined;
    /** Only this writes what is buffered; a collected file object loses it. */
    close(): void;
  }
}
