import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { ExitCode } from './exit.ts';
import { reportFailure } from './failure.ts';
import { verbs } from './verbs.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('last-ack')
  .description('TypeScript firmware for ESP8266 boards with NodeMCU: build, flash, upload, and prove that it survives.')
  .version(version)
  .exitOverride((exit) => {
    process.exit(exit.exitCode === 0 ? ExitCode.good : ExitCode.usage);
  })
  .showHelpAfterError('Add --help to see every option.')
  .addHelpText(
    'after',
    [
      '\nEvery verb has --help and --json; results go to stdout, progress to stderr.',
      'Exit codes: 0 good, 1 thresholds or tests failed, 2 usage, 3 no board or port, 4 the board failed, 5 timeout, 6 the run',
      'proves nothing, 130 interrupted. Something does not work: last-ack doctor',
    ].join('\n'),
  );

// A reader that has seen enough, such as head, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

async function main(): Promise<void> {
  const wanted = verbs.find((verb) => verb.name === process.argv[2]);
  for (const verb of verbs) {
    const command = program.command(verb.name).description(verb.summary);
    if (verb === wanted) (await verb.load()).register(command);
    command.copyInheritedSettings(program);
  }
  await program.parseAsync();
}

main().catch((error: unknown) => {
  process.exitCode = reportFailure(error);
});
