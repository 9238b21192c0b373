import { Option, type Command } from 'commander';
import { addWifiOptions } from '../../upload/command.ts';
import type { RunOptions } from './options.ts';
import { run } from './run.ts';

export function register(command: Command): void {
  command
    .option('--virtual', 'use a virtual board instead of one on a serial port', false)
    .option('--stress', 'hammer the board with the HEAD ladder when it serves', false)
    .option('--keep', 'leave the board up afterwards and print its URL', false)
    .option('-p, --port <path>', 'serial port; without it the only board is found')
    .option('--firmware <image>', 'NodeMCU image to flash first (a virtual board gets a synthetic one)')
    .option('--host <address>', "the board's address, when its log does not tell");
  addWifiOptions(command);
  command
    .addOption(
      new Option('--style <style>', 'who closes first when hammering')
        .choices(['read-to-eof', 'client-first'])
        .default('client-first'),
    )
    .option('--quick', 'a ladder of a few seconds instead of about a minute', false)
    .addOption(
      new Option('--net <kind>', "the virtual board's network").choices(['auto', 'tap', 'gateway']).default('auto'),
    )
    .option('--profile <name>', 'the system that the virtual board behaves like')
    .addOption(
      new Option('--serial <rate>', "the virtual board's serial line: real rates, or no waiting")
        .choices(['line', 'instant'])
        .default('line'),
    )
    .addOption(
      new Option('--transfer <how>', 'how files travel; auto: raw blocks, and nodemcu-tool where they fail')
        .choices(['auto', 'nodemcu-tool'])
        .default('auto'),
    )
    .option('--out <folder>', 'where report, result and log go', 'dist/report')
    .option('--json', 'print the result as JSON on stdout', false)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  ./flash.sh --virtual --stress              everything, no hardware\n' +
        '  ./flash.sh --virtual --keep                the LED page in your browser\n' +
        '  ./flash.sh --firmware nodemcu.bin --ssid NAME --password PASSWORD   a new board\n' +
        '  ./flash.sh                                 upload what changed, show the log\n' +
        '\nExit codes: 0 good, 1 a threshold was missed, 2 usage, 3 no board or port, 4 the board failed, 5 timeout.',
    )
    .action(async (options: RunOptions) => {
      process.exitCode = await run(options);
    });
}
