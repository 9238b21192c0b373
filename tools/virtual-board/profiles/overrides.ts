import { ExitCode, UserError } from '../../cli/exit.ts';
import type { BoardProfile } from './profile.ts';

/**
 * A profile with some numbers or quirks changed: "killsOldestAt=0" or "timeWaitMs=10000". Names are those of the tcp
 * section, of its quirks and of the net module's quirks. Throws a UserError for a name or value that does not exist.
 */
export function applyOverride(profile: BoardProfile, override: string): BoardProfile {
  const [, name = '', text = ''] = /^(\w+)=(.+)$/.exec(override) ?? [];
  const { tcp, net } = profile;
  if (isSwitch(tcp.quirks, name)) {
    const quirks = { ...tcp.quirks, [name]: parse(name, text, tcp.quirks[name]) };
    return { ...profile, tcp: { ...tcp, quirks } };
  }
  if (isSwitch(net.quirks, name)) {
    return { ...profile, net: { ...net, quirks: { ...net.quirks, [name]: parse(name, text, net.quirks[name]) } } };
  }
  if (isSwitch(tcp, name)) return { ...profile, tcp: { ...tcp, [name]: parse(name, text, tcp[name]) } };
  throw new UserError(
    `The profile "${profile.name}" has no setting "${override}".`,
    `Write name=value with one of: ${[tcp.quirks, net.quirks, tcp].flatMap(switches).join(', ')}.`,
    ExitCode.usage,
  );
}

const switches = (section: object): string[] =>
  Object.entries(section)
    .filter(([, value]) => typeof value === 'number' || typeof value === 'boolean')
    .map(([name]) => name);

const isSwitch = <T extends object>(section: T, name: string): name is string & keyof T =>
  switches(section).includes(name);

function parse(name: string, text: string, old: unknown): number | boolean {
  if (typeof old === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  const value = Number(text);
  if (typeof old === 'number' && Number.isFinite(value)) return value;
  const kind = typeof old === 'boolean' ? 'true or false' : 'a number';
  throw new UserError(`"${text}" is no value for ${name}.`, `Give it ${kind}.`, ExitCode.usage);
}
