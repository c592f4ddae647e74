import { BLOCK } from './tar-header.js';

/** Tar reads records of so many bytes, and complains when the last one is not whole. */
const RECORD = 20 * BLOCK;

/** What ends a tar stream of `length` bytes: two blocks of zeros, and more up to a whole record. */
export function endMark(length: number): Buffer {
  const end = length + 2 * BLOCK;
  return Buffer.alloc(Math.ceil(end / RECORD) * RECORD - length);
}
