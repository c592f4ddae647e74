import { readFile, realpath } from 'node:fs/promises';
import { bytesOf, Failure, printable, textOf } from '#kernel';

export interface Mount {
  /** Absolute, without symlinks. */
  readonly path: string;
  /** Kind of file system: `ext4`, `nfs4`, `proc` … */
  readonly type: string;
  /** What is mounted: a device, a share, a word. */
  readonly source: string;
}

/**
 * What is mounted below a directory, not on it, in order of paths. Rejects with `input.file-unreadable` when there is
 * no such directory. Empty where the kernel does not tell (no /proc).
 */
export async function mountsBelow(path: string): Promise<readonly Mount[]> {
  const root = await realPath(path);
  const prefix = root === '/' ? root : `${root}/`;
  return mountsIn(await mountinfo())
    .filter((mount) => mount.path.startsWith(prefix) && mount.path !== root)
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Reads the format of `/proc/self/mountinfo`, see proc_pid_mountinfo(5). */
export function mountsIn(mountinfo: Uint8Array): readonly Mount[] {
  // Latin 1 keeps each byte as one character, so that names need not be UTF-8.
  const lines = Buffer.from(mountinfo).toString('latin1').split('\n');
  return lines.filter((line) => line !== '').map(mountIn);
}

function mountIn(line: string): Mount {
  const fields = line.split(' ');
  // Any number of optional fields stands before the dash.
  const dash = fields.indexOf('-', 6);
  return { path: decoded(fields[4]), type: decoded(fields[dash + 1]), source: decoded(fields[dash + 2]) };
}

/** Blanks, tabs, newlines, backslashes and `#` stand as three octal digits. */
function decoded(field = ''): string {
  const latin1 = field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 8)),
  );
  return textOf(Buffer.from(latin1, 'latin1'));
}

async function mountinfo(): Promise<Buffer> {
  try {
    return await readFile('/proc/self/mountinfo');
  } catch {
    return Buffer.alloc(0);
  }
}

async function realPath(path: string): Promise<string> {
  try {
    return textOf(await realpath(bytesOf(path), { encoding: 'buffer' }));
  } catch (error) {
    throw new Failure('input.file-unreadable', `there is no directory "${printable(path)}"`, { path }, error);
  }
}
