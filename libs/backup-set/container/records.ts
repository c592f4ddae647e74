import { bodyOf, type StorageBackend } from '#storage';
import { Failure, isFailure, type FailureCode, type Schema } from '#kernel';

/** No record of a container is larger; a larger one is none of ours and is not read into memory. */
const MAX_RECORD = 1024 * 1024;

/** Reads a small JSON object. `undefined` when it is not there; `damaged` when it is not what it should be. */
export async function readRecord<T>(
  storage: StorageBackend,
  key: string,
  schema: Schema<T>,
  damaged: FailureCode,
  signal?: AbortSignal,
): Promise<T | undefined> {
  const bytes = await readSmall(storage, key, MAX_RECORD, damaged, signal);
  if (bytes === undefined) return undefined;
  try {
    const record: unknown = JSON.parse(bytes.toString('utf8'));
    refuseNewer(record, key);
    return schema.parse(record);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(damaged, `"${key}" is damaged`, { key }, error);
  }
}

export async function writeRecord(
  storage: StorageBackend,
  key: string,
  record: object,
  signal?: AbortSignal,
): Promise<void> {
  await storage.put(key, bodyOf(Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`, 'utf8')), signal);
}

/** A whole object of at most `limit` bytes, or `undefined` when it is missing. */
export async function readSmall(
  storage: StorageBackend,
  key: string,
  limit: number,
  damaged: FailureCode,
  signal?: AbortSignal,
): Promise<Buffer | undefined> {
  try {
    const { size } = await storage.head(key, signal);
    if (size > limit) throw tooLarge(key, limit, damaged);
    return await readAtMost(
      await storage.get(key, undefined, signal),
      () => tooLarge(key, limit, damaged),
      limit,
    );
  } catch (error) {
    if (isFailure(error, 'storage.object-missing')) return undefined;
    throw error;
  }
}

/** The storage may not be the one that told the size. */
async function readAtMost(
  source: AsyncIterable<Buffer>,
  tooMany: () => Failure,
  limit: number,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of source) {
    size += piece.length;
    if (size > limit) throw tooMany();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLarge(key: string, limit: number, damaged: FailureCode): Failure {
  return new Failure(damaged, `"${key}" is larger than any such object can be`, { key, limit });
}

/** `container.newer-format` for an object that a later version of Firn has written. */
export function refuseNewer(record: unknown, key: string): void {
  const format =
    typeof record === 'object' && record !== null && 'format' in record ? record.format : undefined;
  if (typeof format === 'number' && format > 1) {
    throw new Failure(
      'container.newer-format',
      `"${key}" is of format ${format}; this version reads format 1`,
      { key, format },
    );
  }
}
