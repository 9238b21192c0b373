import { BoardError } from '../serial/board-error.ts';
import type { Repl } from '../serial/repl.ts';
import { luaQuote } from './device-files.ts';
import { renewLease } from './fast-baud.ts';
import { TransferError, type Transfer } from './transfer.ts';

/** `uart.on("data", n, ...)` takes n up to 255; below 256 a block also fits the firmware's receive ring. */
const blockLength = 250;
/**
 * Bytes beyond the last block that may be under way before it is acknowledged. While flash is written, interrupts wait
 * and only the UART's FIFO of 128 bytes takes what comes (ESP8266 Technical Reference, UART).
 */
const headStart = 120;

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

/** The receiver acknowledges a block after it is written. The last block is padded, `d:sub` cuts it. */
const receiver = [
  `function __rq(c)uart.on("data")__rf:close()__rt:unregister()__rf=nil uart.write(0,c)end`,
  `function __rd(d)local l=__rl __rl=l-#d __rt:interval(${boardPatienceMs})` +
    `if not __rf:write(d:sub(1,l))then __rq("\\021")elseif __rl<1 then __rq("\\004")else uart.write(0,"\\006")end end`,
  `function __rb(n,l)${renewLease}__rf=file.open(n,"w")__rl=l __rt=tmr.create()` +
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
  await expectAnswer(repl, ready);
  await repl.watch.until((text) => (text.includes('> ', text.indexOf(ready)) ? true : undefined), promptMs);
  await sendBlocks(repl, bytes, onBytes);
}

/** Keeps the line busy: the head of the next block is under way while the board takes the last one. */
async function sendBlocks(repl: Repl, bytes: Uint8Array, onBytes: (done: number) => void): Promise<void> {
  const blocks = Math.ceil(bytes.length / blockLength);
  const padded = new Uint8Array(blocks * blockLength);
  padded.set(bytes);
  let sent = 0;
  for (let block = 1; block <= blocks; block++) {
    const until = Math.min(padded.length, block * blockLength + headStart);
    repl.watch.clear();
    await repl.send(padded.subarray(sent, until));
    sent = until;
    await expectAnswer(repl, block === blocks ? complete : taken);
    onBytes(Math.min(bytes.length, block * blockLength));
  }
}

async function expectAnswer(repl: Repl, wanted: string): Promise<void> {
  const answer = await repl.watch.until((text) => {
    if (text.includes(wanted)) return 'right';
    if (text.includes(refused)) return 'refused';
    return text.includes(expired) || text.includes(complete) ? 'lost' : undefined;
  }, hostPatienceMs);
  if (answer === 'right') return;
  const isBack = await repl.sync(2000);
  if (!isBack) throw new BoardError('silent', 'the board stopped answering in the middle of a block');
  if (answer === 'refused') throw new BoardError('full', "the board's file system takes no more bytes");
  throw new TransferError('a block got lost');
}
