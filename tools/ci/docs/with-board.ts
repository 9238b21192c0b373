import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { syntheticImage } from '../../flash/synthetic-image.ts';
import { lab } from '../../virtual-board/lab.ts';
import { startVirtualBoard } from '../../virtual-board/session.ts';
import { enterNamespace } from '../../virtual-board/wire/namespace.ts';
import { runCommand } from './run-command.ts';

// Started in a network namespace of its own: with-board.ts <folder> <command>. A virtual board with the LED server
// stands for the reader's; its port, address and network take the places of those in the document.
await enterNamespace();
const [folder = '', command = ''] = process.argv.slice(2);

writeFileSync(path.join(folder, 'nodemcu.bin'), syntheticImage());
mkdirSync(path.join(folder, 'dist/firmware'), { recursive: true });
const board = await startVirtualBoard({ net: 'tap', files: path.join(folder, 'dist/firmware') });
try {
  await untilServing();
  const ended = await runCommand(asIfMine(command), folder, 120_000);
  console.log(JSON.stringify(ended));
} finally {
  await board.close();
}

async function untilServing(): Promise<void> {
  for (const end = Date.now() + 30_000; !(await answers()); await new Promise((resolve) => setTimeout(resolve, 100))) {
    if (Date.now() > end) throw new Error('the LED server does not serve');
  }
}

function answers(): Promise<boolean> {
  return fetch(`http://${lab.board}/`, { method: 'HEAD' }).then(
    ({ ok }) => ok,
    () => false,
  );
}

function asIfMine(text: string): string {
  return text
    .replaceAll('192.168.1.23', lab.board)
    .replace('--ssid NAME --password PASSWORD', `--ssid last-ack-lab --ip ${lab.board} --gateway ${lab.host}`)
    .replace(/^(\.\/flash\.sh|npx last-ack (?:run|flash|upload|monitor|dev))\b/, `$1 --port ${board.serialPath}`);
}
