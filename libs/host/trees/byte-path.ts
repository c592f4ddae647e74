import { textOf } from '#kernel';

const SLASH = 0x2f;

/** A path of bytes: names need not be UTF-8. Either may be empty, and then is not there. */
export function joined(directory: Buffer, name: Uint8Array): Buffer {
  if (name.length === 0) return directory;
  if (directory.length === 0) return Buffer.from(name);
  if (directory[directory.length - 1] === SLASH) return Buffer.concat([directory, name]);
  return Buffer.concat([directory, Buffer.of(SLASH), name]);
}

/** A path below a root for people and programs; `.` is the root itself. */
export function shownPath(path: Buffer): string {
  return path.length === 0 ? '.' : textOf(path);
}

/**
 * The order of a walk that goes through each directory by names and into each directory at once: the slash comes
 * before all bytes of names.
 */
export function walkOrder(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    if (x !== y) return x === SLASH ? -1 : y === SLASH ? 1 : x - y;
  }
  return a.length - b.length;
}
