import type { Metadata, RunTotal } from '#metadata';

/** What there is on the whole platform, for metrics. */
export interface PlatformTotals {
  /** By state; states without runs are missing. */
  readonly runs: readonly RunTotal[];
  readonly bytesRead: number;
  readonly bytesStored: number;
  readonly clients: number;
  readonly jobs: number;
  readonly backups: number;
}

/** Counted in one transaction, so that the numbers belong together. */
export async function platformTotals({ metadata }: { readonly metadata: Metadata }): Promise<PlatformTotals> {
  return metadata.transaction(async (stores) => {
    const one = { where: {}, limit: 1 };
    const runs = await stores.runs.totals();
    return {
      runs,
      bytesRead: runs.reduce((sum, total) => sum + total.bytesRead, 0),
      bytesStored: runs.reduce((sum, total) => sum + total.bytesStored, 0),
      clients: (await stores.clients.list(one)).total,
      jobs: (await stores.jobs.list(one)).total,
      backups: (await stores.backups.list(one)).total,
    };
  });
}
