import { chmodSync, lchownSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '#host';
import type { OddPart } from './odd-part.js';
import { directory, file, namesIn, place } from './places.js';
import { runQuietly as run } from './run-quietly.js';
import { socketAt } from './socket-at.js';

export const specials: OddPart = async ({ root, asRoot, made }) => {
  const special = directory(root, 'special');
  await run('mkfifo', [join(special, 'fifo'), join(special, 'renamed')]);
  renameSync(join(special, 'renamed'), join(special, 'fifo with \n newline'));
  await socketAt(special, 'socket');
  if (!asRoot) return;
  const character = await run('mknod', [join(special, 'null'), 'c', '1', '3']);
  const block = await run('mknod', [join(special, 'loop-far'), 'b', '7', '70000']);
  if (character && block) made.add('devices');
};

/** Users above 2,097,151 do not fit into the octal field of an old tar header. */
const OWNERS = [
  [65_534, 65_534],
  [12_345, 0],
  [0, 54_321],
  [2_097_152, 2_200_000],
  [3_000_000_000, 3_000_000_001],
] as const;

export const owners: OddPart = ({ root, asRoot, made }) => {
  if (!asRoot) return;
  for (const [uid, gid] of OWNERS) {
    lchownSync(file(root, `owners/${uid}-${gid}`), uid, gid);
    lchownSync(directory(root, `owners/directory-of-${uid}-${gid}`), uid, gid);
  }
  symlinkSync('0-54321', join(root, 'owners/symlink'));
  lchownSync(join(root, 'owners/symlink'), 12_345, 54_321);
  made.add('owners');
};

/** A dump as getfattr writes it: names and values of any bytes, and no limit on arguments. */
const ATTRIBUTES = [
  ['attributes/text', 'user.firn="plain text"'],
  ['attributes/binary', 'user.binary=0x00010a0d3d22ff00', 'user.empty=""', 'user.odd\\075name="x"'],
  ['attributes/long', `user.long=0x${'c3a9'.repeat(600)}`],
  ['attributes/directory', 'user.of.directory="yes"'],
] as const;
const ROOT_ATTRIBUTES = [
  ['attributes/trusted', 'trusted.firn="only root sees this"'],
  ['attributes/capable', 'security.capability=0x0100000200040000000000000000000000000000'],
] as const;

export const attributes: OddPart = async ({ root, asRoot, made }) => {
  if (!findProgram('setfattr')) return;
  directory(root, 'attributes/directory');
  const wanted = asRoot ? [...ATTRIBUTES, ...ROOT_ATTRIBUTES] : ATTRIBUTES;
  for (const [path] of wanted) if (path !== 'attributes/directory') file(root, path);
  const dump = wanted.map(([path, ...lines]) => `# file: ${path}\n${lines.join('\n')}\n\n`).join('');
  if (await run('setfattr', ['-h', '--restore=-'], { cwd: root, input: dump })) made.add('attributes');
};

export const acls: OddPart = async ({ root, made }) => {
  if (!findProgram('setfacl')) return;
  const inherits = directory(root, 'acls/inherits');
  const one = await run('setfacl', ['-m', 'u:65534:rw,g:65534:r', file(root, 'acls/file')]);
  const two = await run('setfacl', ['-d', '-m', 'u:65534:rwx,g::r-x,o::-', inherits]);
  file(root, 'acls/inherits/file');
  directory(root, 'acls/inherits/directory');
  if (one && two) made.add('acls');
};

export const modes: OddPart = ({ root, asRoot }) => {
  for (const mode of [0o4755, 0o2755, 0o6711, 0o1644, 0o777, 0o400, 0o640]) {
    chmodSync(file(root, `modes/file-${mode.toString(8)}`), mode);
  }
  for (const mode of [0o1777, 0o2775, 0o700, 0o555]) {
    file(root, `modes/directory-${mode.toString(8)}/file`);
    chmodSync(join(root, `modes/directory-${mode.toString(8)}`), mode);
  }
  // An ordinary user could not read this, and his backup would be a partial one.
  if (asRoot) chmodSync(file(root, 'modes/file-0'), 0);
};

/** Seconds since 1970; the last ones do not fit into 32 bits and into 11 octal digits. */
const TIMES = [
  '0',
  '0.000000001',
  '-0.000000001',
  '-1.5',
  '-1577923200.123456789',
  '1700000000.999999999',
  '2147483648.123456789',
  '8589934592.000000001',
  '13569465599.987654321',
];

export const times: OddPart = async ({ root }) => {
  for (const time of TIMES) await touch(file(root, `times/${time}`), time);
  symlinkSync('0', join(root, 'times/symlink'));
  await touch(join(root, 'times/symlink'), '981173106.222222222');
  await touch(directory(root, 'times/directory'), '-86400.000000001');
  for (const name of namesIn(join(root, 'names/directories')).slice(0, 1)) await touchBytes(root, name);
  await touch(join(root, 'times'), '1234567890.123456789');
};

async function touch(path: string, seconds: string): Promise<void> {
  if (!(await run('touch', ['-h', '-d', `@${seconds}`, '--', path]))) throw new Error(`cannot touch ${path}`);
}

/** Arguments are text; names need not be, so this one goes through xargs. */
async function touchBytes(root: string, name: Uint8Array): Promise<void> {
  const input = Buffer.concat([place(join(root, 'names/directories'), name), Buffer.of(0)]);
  await run('xargs', ['-0', 'touch', '-d', '@1000000000.5'], { input });
}
