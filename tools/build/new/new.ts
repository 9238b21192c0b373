import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ExitCode, UserError } from '../../cli/exit.ts';
import { packageRoot } from '../package-root.ts';
import { projectFiles } from './template.ts';

/** Makes a project in a folder that is empty or does not exist. Returns the files, relative to it. */
export function makeProject(folder: string): string[] {
  const target = path.resolve(folder);
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new UserError(`${folder} is not empty`, 'name a new folder: nothing is ever overwritten', ExitCode.usage);
  }
  const name = packageName(path.basename(target));
  const files = { ...projectFiles(name, dependencyOn(target)), ...connectionManager() };
  for (const [file, text] of Object.entries(files)) {
    const where = path.join(target, file);
    mkdirSync(path.dirname(where), { recursive: true });
    writeFileSync(where, text);
  }
  return Object.keys(files);
}

/** The sources of the connection manager and of what joins the Wi-Fi: from now on the project's own. */
function connectionManager(): Record<string, string> {
  const source = path.join(packageRoot, 'firmware/src');
  const net = readdirSync(path.join(source, 'net')).map((file) => `net/${file}`);
  const wanted = [...net, 'system/link.ts', 'system/station.ts', 'system/watch.ts', 'runtime.ts'];
  return Object.fromEntries(wanted.map((file) => [`src/${file}`, readFileSync(path.join(source, file), 'utf8')]));
}

/** npm allows lower case, digits, `-`, `.` and `_`, and neither `.` nor `_` in front. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '');
  return name === '' ? 'firmware' : name;
}

/** The way to a checkout of this repository, or to the tarball that it was installed from; otherwise its version. */
function dependencyOn(target: string): string {
  const at = packageRoot.lastIndexOf(`${path.sep}node_modules${path.sep}`);
  const file = at < 0 ? packageRoot : tarball(packageRoot.slice(0, at));
  if (file !== undefined) return `file:${path.relative(target, file).split(path.sep).join('/')}`;
  const { version } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return `^${version}`;
}

/** The file that npm installed this package from, as the lock file in node_modules says. */
function tarball(project: string): string | undefined {
  const lockFile = path.join(project, 'node_modules/.package-lock.json');
  if (!existsSync(lockFile)) return undefined;
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as {
    packages?: Partial<Record<string, { resolved?: string }>>;
  };
  const source = packages?.['node_modules/last-ack']?.resolved;
  return source?.startsWith('file:') ? path.resolve(project, source.slice('file:'.length)) : undefined;
}
