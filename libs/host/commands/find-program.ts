import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where programs are when nobody says otherwise. */
const STANDARD_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The full path of a program, or `undefined` when there is none that this user may run. A name with a slash is only
 * looked at. `path` is a list as in PATH, separated by colons.
 */
export function findProgram(name: string, path: string = ownPath()): string | undefined {
  if (name === '') return undefined;
  if (name.includes('/')) return isProgram(name) ? name : undefined;
  for (const directory of path.split(':')) {
    // An empty item means the working directory in PATH; a program found by chance is worse than none.
    if (directory === '') continue;
    const candidate = join(directory, name);
    if (isProgram(candidate)) return candidate;
  }
  return undefined;
}

/**
 * The PATH this process was started with, so that what is found here is what a command without a path runs. It is
 * asked of the kernel because the environment as such belongs to the room `config`.
 */
function ownPath(): string {
  try {
    const variables = readFileSync('/proc/self/environ', 'utf8').split('\0');
    return variables.find((variable) => variable.startsWith('PATH='))?.slice('PATH='.length) ?? STANDARD_PATH;
  } catch {
    // No /proc, or one that may not be read.
    return STANDARD_PATH;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Missing, or not to be run: for the caller it is the same.
    return false;
  }
}
