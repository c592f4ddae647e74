import { statfs } from 'node:fs/promises';
import { bytesOf, Failure, printable } from '#kernel';

export interface DiskSpace {
  /** What this user may still fill; the reserve of the system is not counted. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Room on the file system of `path`. Rejects with `input.file-unreadable`. */
export async function diskSpace(path: string): Promise<DiskSpace> {
  try {
    const { bavail, blocks, bsize } = await statfs(bytesOf(path), { bigint: true });
    // Multiplied before they become doubles: blocks times size is exact up to 8 PiB, and near enough above.
    return { freeBytes: Number(bavail * bsize), totalBytes: Number(blocks * bsize) };
  } catch (error) {
    const message = `cannot look at the file system of "${printable(path)}"`;
    throw new Failure('input.file-unreadable', message, { path }, error);
  }
}
