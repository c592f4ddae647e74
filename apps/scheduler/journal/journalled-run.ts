import type { Attempt } from '#domain';
import { processIdentitySchema } from '#host';
import { z } from '#kernel';
import { claimRequest, jobView, moment, reportRequest } from '#node-protocol';

/**
 * What is written down of a run, so that another process can go on with it:
 *
 * - `claiming`: this occurrence is to be claimed, or was, and the answer is not known;
 * - `running`: it is ours, and so far has come;
 * - `ended`: this is to be reported, until the API has taken it.
 */
export const journalledRun = z
  .object({
    version: z.literal(1),
    phase: z.enum(['claiming', 'running', 'ended']),
    claim: claimRequest,
    grant: z
      .object({
        ...{ runId: z.string(), fence: z.int(), leaseMs: z.int().positive(), job: jobView },
        /** Ids of the actions whose storages the API hands out; what they are is never written down. */
        storages: z.array(z.string()).optional(),
      })
      .optional(),
    startedAt: moment.optional(),
    attempts: reportRequest.shape.attempts.readonly(),
    /** The process of the attempt that is `running`. */
    agent: processIdentitySchema.optional(),
    cancelled: z.boolean(),
    /** Metadata documents of its backups. */
    backups: reportRequest.shape.backups.readonly(),
    report: reportRequest.optional(),
  })
  .readonly();

export type JournalledRun = Omit<z.infer<typeof journalledRun>, 'attempts'> & {
  readonly attempts: readonly Attempt[];
};
export type Grant = NonNullable<JournalledRun['grant']>;

/** Where a scheduler keeps what it must not forget. Each run has a directory of its own. */
export interface Journal {
  /** The runs that are not over. What cannot be read is put aside and told. */
  load(): Promise<readonly JournalledRun[]>;
  /** Absolute; there once the run was written. */
  directoryOf(run: JournalledRun): string;
  /** Resolves when it is on the disk for good. */
  write(run: JournalledRun): Promise<void>;
  /** The run is over. Its directory is kept for a while, for people to look at. */
  close(run: JournalledRun): Promise<void>;
  /** By job, the newest occurrence that was dealt with; losing them costs nothing but questions. */
  loadOccurrences(): Promise<ReadonlyMap<string, Date>>;
  writeOccurrences(occurrences: ReadonlyMap<string, Date>): Promise<void>;
}
