import { ExitCode, UserError } from '../../cli/exit.ts';
import { correct } from './correct.ts';
import { micrium, nutOs, nuttx, nuttxSplit, nuttxWriteBuffers, uip, uipSplit } from './labs.ts';
import { nodemcu2016 } from './nodemcu-2016.ts';
import { nodemcu30 } from './nodemcu-3.0.ts';
import { applyOverride } from './overrides.ts';
import type { BoardProfile } from './profile.ts';

export type { BoardProfile } from './profile.ts';

const PROFILES: readonly BoardProfile[] = [
  ...[nodemcu30, nodemcu2016, correct],
  ...[nutOs, micrium, uip, uipSplit, nuttx, nuttxSplit, nuttxWriteBuffers],
];

export const profileNames = (): string[] => PROFILES.map((profile) => profile.name);

/**
 * A profile by name, with settings changed on request: "nodemcu-2016,killsOldestAt=0,timeWaitMs=10000". Throws a
 * UserError that lists the names when there is no such profile or setting.
 */
export function findProfile(description: string): BoardProfile {
  const [name, ...overrides] = description.split(',');
  const found = PROFILES.find((profile) => profile.name === name);
  if (found) return overrides.reduce(applyOverride, found);
  throw new UserError(`There is no profile "${name}".`, `Choose one of: ${profileNames().join(', ')}.`, ExitCode.usage);
}
