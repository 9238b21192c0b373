import { BoardError } from '../serial/board-error.ts';
import type { Repl } from '../serial/repl.ts';
import { luaQuote } from './device-files.ts';
import { TransferError, type Transfer } from './transfer.ts';

/** `uart.on("data", n, ...)` takes n up to 255; below 256 a block also fits the firmware's receive ring. */
const blockLength = 250;
/** The board gives the console back after this silence, so that a host that died leaves no deaf board. */
const boardPatienceMs = 1500;
const hostPatienceMs = 3000;

/** The prompt of the line that started the receiver comes after it, or never. */
const promptMs = 50;

/** What the board answers: ready, block taken, file complete, cannot write, waited in vain. Application logs hold none. */
const ready = '\x05';
const taken = '\x06';
const complete = '\x04';
const refused = '\x15';
const expired = '\x18';

/**
 * The receiver. One block at a time and the acknowledgement after the write: while flash is written the chip takes only
 * the 128 bytes of the UART's FIFO. The last block is padded, `d:sub` cuts it.
 */
const receiver = [
  `function __rq(c)uart.on("data")__rf:close()__rt:unregister()__rf=nil uart.write(0,c)end`,
  `function __rd(d)local l=__rl __rl=l-#d __rt:interval(${boardPatienceMs})` +
    `if not __rf:write(d:sub(1,l))then __rq("\\021")elseif __rl<1 then __rq("\\004")else uart.write(0,"\\006")end end`,
  `function __rb(n,l)__rf=file.open(n,"w")__rl=l __rt=tmr.create()` +
    `__rt:alarm(${boardPatienceMs},0,function()__rq("\\024")end)uart.on("data",${blockLength},__rd,0)uart.write(0,"\\005")end`,
];

export const rawHelpers = ['__rq', '__rd', '__rb', '__rf', '__rl', '__rt'];

/**
 * Transfers by raw blocks through `uart.on`: no encoding, no echo, no Lua parser in the way. Needs the modules tmr and
 * uart.
 */
export async function rawTransfer(repl: Repl): Promise<Transfer | undefined> {
  if ((await repl.run('', 'tmr and uart and true')) !== 'true') return undefined;
  for (const line of receiver) await repl.run(line);
  return { name: 'raw blocks', send: (name, bytes, onBytes) => send(repl, name, bytes, onBytes) };
}

async function send(repl: Repl, name: string, bytes: Uint8Array, onBytes: (done: number) => void): Promise<void> {
  if (bytes.length === 0) {
    await repl.run(`file.open(${luaQuote(name)},"w"):close()`);
    return;
  }
  repl.watch.clear();
  await repl.type(`__rb(${luaQuote(name)},${bytes.length})\n`);
  await expectAnswer(repl, new RegExp(ready));
  await repl.watch.until((text) => (text.includes('> ', text.indexOf(ready)) ? true : undefined), promptMs);
  for (let at = 0; at < bytes.length; at += blockLength) {
    const block = new Uint8Array(blockLength);
    block.set(bytes.subarray(at, at + blockLength));
    repl.watch.clear();
    await repl.watch.guard(repl.port.write(block));
    const isLast = at + blockLength >= bytes.length;
    await expectAnswer(repl, isLast ? new RegExp(complete) : new RegExp(taken));
    onBytes(Math.min(bytes.length, at + blockLength));
  }
}

async function expectAnswer(repl: Repl, wanted: RegExp): Promise<void> {
  const answer = await repl.watch.until((text) => {
    if (wanted.test(text)) return 'right';
    if (text.includes(refused)) return 'refused';
    return text.includes(expired) || text.includes(complete) ? 'lost' : undefined;
  }, hostPatienceMs);
  if (answer === 'right') return;
  const isBack = await repl.sync(2000);
  if (!isBack) throw new BoardError('silent', 'the board stopped answering in the middle of a block');
  if (answer === 'refused') throw new BoardError('full', "the board's file system takes no more bytes");
  throw new TransferError('a block got lost');
}
