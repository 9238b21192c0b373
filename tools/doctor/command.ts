import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import pc from 'picocolors';
import { ExitCode } from '../cli/exit.ts';
import { bad, good, type Finding } from './finding.ts';
import { checkInside, checkNativeCalls, checkNetwork } from './network.ts';
import { checkBrowser, checkClients, checkDissector } from './programs.ts';
import { checkPorts, checkPseudoTerminal } from './serial.ts';

const guide = fileURLToPath(new URL('./troubleshooting.md', import.meta.url));

export function register(command: Command): void {
  command
    .option('--json', 'print the findings as JSON on stdout')
    .addHelpText('after', '\nExit codes: 0 nothing essential is missing, 1 something is.')
    .addOption(new Option('--inside').hideHelp())
    .action(async ({ json = false, inside = false }: { json?: boolean; inside?: boolean }) => {
      const findings = inside ? checkInside() : await examine();
      if (json) console.log(JSON.stringify(findings));
      else {
        for (const finding of findings) print(finding);
        console.log(`\nWhat to do about symptoms: ${guide}`);
      }
      process.exitCode = findings.some(({ state }) => state === 'bad') ? ExitCode.failed : ExitCode.good;
    });
}

async function examine(): Promise<Finding[]> {
  return [
    checkNode(),
    checkNativeCalls(),
    ...(await checkPorts()),
    checkPseudoTerminal(),
    ...(await checkNetwork()),
    checkDissector(),
    checkBrowser(),
    checkClients(),
  ];
}

function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? good('Node.js', `${version} on ${process.platform}-${process.arch}`)
    : bad('Node.js', `${version} is too old`, 'install Node 20.19 or later');
}

const marks: Record<Finding['state'], string> = {
  good: pc.green('ok '),
  limited: pc.yellow('-- '),
  bad: pc.red('!! '),
};

function print({ subject, state, detail, cure }: Finding): void {
  console.log(`${marks[state]} ${subject.padEnd(18)} ${detail}`);
  if (cure !== undefined) console.log(`    ${''.padEnd(18)} ${pc.cyan('cure:')} ${cure}`);
}
