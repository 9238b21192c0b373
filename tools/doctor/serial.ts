import { accessSync, constants } from 'node:fs';
import { spawn } from '@lydell/node-pty';
import { listPorts } from '../serial/discovery.ts';
import { bad, good, limited, type Finding } from './finding.ts';

export async function checkPorts(): Promise<Finding[]> {
  const ports = await listPorts();
  if (ports.length === 0)
    return [limited('serial ports', 'no USB serial port: no board to flash', 'plug a board in, or use --virtual')];
  return ports.map(({ path, name }) => {
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
      return good('serial port', `${path}  ${name}`);
    } catch {
      return limited(
        'serial port',
        `${path}  ${name}: you may not open it`,
        'sudo usermod -aG dialout "$USER" (group uucp on Arch), then log out and in',
      );
    }
  });
}

export function checkPseudoTerminal(): Finding {
  try {
    spawn('true', [], {}).kill();
    return good('pseudo-terminal', 'the virtual board can have a serial port');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return bad('pseudo-terminal', reason, 'npm ci; the virtual board then has a serial port that any tool can open');
  }
}
