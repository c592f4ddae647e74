import { isFailure, z } from '#kernel';
import type { StorageBackend } from '#storage';
import { objectNames } from '../layout.js';
import { readRecord, writeRecord } from '../container/records.js';

/**
 * The first object of a backup that is being written says who writes it, so that what a killed process left can be
 * told from what a living one is writing. It is taken away after the commit.
 */
export interface WriterMark {
  readonly format: 1;
  /** Identity of the writing process, as `#host` describes it; opaque here. */
  readonly writer: unknown;
  readonly startedAt: string;
}

/** Whether the process that wrote a mark still runs. */
export type WriterState = (writer: unknown) => 'running' | 'gone' | 'unknown';

const markSchema: z.ZodType<WriterMark> = z.strictObject({
  format: z.literal(1),
  writer: z.unknown(),
  startedAt: z.iso.datetime(),
});

export async function putWriterMark(
  storage: StorageBackend,
  folder: string,
  writer: unknown,
  now: Date,
  signal?: AbortSignal,
): Promise<void> {
  const mark: WriterMark = { format: 1, writer, startedAt: now.toISOString() };
  await writeRecord(storage, folder + objectNames.writer, mark, signal);
}

/**
 * The mark; `'none'`; `'unreadable'` when a cut put has left something else in its place; `'newer'` of a later format;
 * `'denied'` to whoever may not read it.
 */
export async function readWriterMark(
  storage: StorageBackend,
  folder: string,
  signal?: AbortSignal,
): Promise<WriterMark | 'none' | 'unreadable' | 'newer' | 'denied'> {
  try {
    return (
      (await readRecord(storage, folder + objectNames.writer, markSchema, 'container.damaged', signal)) ??
      'none'
    );
  } catch (error) {
    if (isFailure(error, 'container.damaged')) return 'unreadable';
    if (isFailure(error, 'container.newer-format')) return 'newer';
    if (isFailure(error, 'storage.access-denied')) return 'denied';
    throw error;
  }
}

export async function removeWriterMark(
  storage: StorageBackend,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  await storage.remove(folder + objectNames.writer, signal);
}
