import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { UserError } from '../../cli/exit.ts';
import { Tracer } from './tracer.ts';

interface Flags {
  dir: string;
  json?: boolean;
}

export function register(command: Command): void {
  command
    .argument('[log]', 'a file with the output of a board (default: standard input)')
    .option('--dir <folder>', 'the build that runs on the board', 'dist/firmware')
    .option('--json', 'print one JSON object for each line that mentions a place')
    .addHelpText('after', '\nExit codes: 0 good, 1 the log cannot be read, 2 usage.')
    .action(async (log: string | undefined, flags: Flags) => {
      const tracer = new Tracer(flags.dir);
      const input = log === undefined ? process.stdin : createReadStream(log);
      const failed = new Promise<never>((_, reject) => {
        input.once('error', (error: Error) => {
          reject(new UserError(`cannot read ${log}: ${error.message}`, 'name a file with the output of a board'));
        });
      });
      await Promise.race([failed, translate(input, tracer, flags.json ?? false)]);
    });
}

async function translate(input: NodeJS.ReadableStream, tracer: Tracer, asJson: boolean): Promise<void> {
  for await (const line of createInterface({ input })) {
    if (!asJson) console.log(tracer.translate(line));
    else {
      const places = tracer.places(line);
      if (places.length > 0) console.log(JSON.stringify({ line, places }));
    }
  }
}
