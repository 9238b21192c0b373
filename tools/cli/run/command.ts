import type { Command } from 'commander';

export function register(command: Command): void {
  command.option('--json', 'print the result as JSON on stdout');
}
