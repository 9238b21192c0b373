import type { Command } from 'commander';
import { makeProject } from './new.ts';

export function register(command: Command): void {
  command
    .argument('<dir>', 'the folder to make')
    .option('--json', 'print the names of the files as JSON')
    .addHelpText('after', '\nExit codes: 0 good, 2 the folder is not empty.')
    .action((folder: string, flags: { json?: boolean }) => {
      const files = makeProject(folder);
      if (flags.json) console.log(JSON.stringify({ folder, files }));
      else console.log(`${folder}: ${files.join(', ')}\nNext: cd ${folder} && npm install && npm test`);
    });
}
