import { bytesOf } from '#kernel';

/** A path below `root` in bytes, as the file system knows it. */
export function placeOf(root: string, path: string): Buffer {
  return path === '.' ? bytesOf(root) : Buffer.concat([bytesOf(root), Buffer.from('/'), bytesOf(path)]);
}
