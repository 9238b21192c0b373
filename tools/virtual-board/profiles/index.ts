import { ExitCode, UserError } from '../../cli/exit.ts';
import { correct } from './correct.ts';
import { nodemcu2016 } from './nodemcu-2016.ts';
import { nodemcu30 } from './nodemcu-3.0.ts';
import type { BoardProfile } from './profile.ts';

export type { BoardProfile } from './profile.ts';

const PROFILES: readonly BoardProfile[] = [nodemcu30, nodemcu2016, correct];

export const profileNames = (): string[] => PROFILES.map((profile) => profile.name);

/** Throws a UserError that lists the names when there is no such profile. */
export function findProfile(name: string): BoardProfile {
  const found = PROFILES.find((profile) => profile.name === name);
  if (found) return found;
  throw new UserError(`There is no profile "${name}".`, `Choose one of: ${profileNames().join(', ')}.`, ExitCode.usage);
}
