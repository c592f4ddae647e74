import { chooseRestorePoint, type RestorePoint } from '#domain';
import { Failure } from '#kernel';
import {
  listBackups,
  openChain,
  openContainer,
  type BackupListing,
  type Chain,
  type Container,
  type Rescue,
  type SeriesFilter,
  type Unlock,
} from '#backup-set';
import type { Parts } from '../parts.js';

/** Which restore point is meant, and how its container is opened. */
export interface PointWish extends SeriesFilter {
  readonly unlock?: Unlock | undefined;
  /** Full id, the beginning of one, or `latest`. */
  readonly id?: string | undefined;
  /** The newest restore point at or before this moment. */
  readonly at?: Date | undefined;
  /** Lets readers make a damaged index or catalogue anew. */
  readonly rescue?: Rescue | undefined;
}

export interface OpenPoint {
  readonly container: Container;
  readonly point: RestorePoint;
  readonly chain: Chain;
}

/**
 * Opens the container, chooses the restore point, and checks all its levels. Rejects with `backup.missing`,
 * `backup.ambiguous`, `chain.broken`, or what is wrong with the container or a manifest.
 */
export async function openRestorePoint(
  parts: Pick<Parts, 'storage' | 'codecs' | 'lanes'>,
  wish: PointWish,
  signal: AbortSignal,
): Promise<OpenPoint> {
  const { id, at, unlock, rescue } = wish;
  // The listing needs no key, which takes its time to be made of a passphrase; what the container says comes first.
  const [opened, listed] = await Promise.allSettled([
    openContainer(parts.storage, unlock, signal),
    listBackups(parts.storage, wish, signal),
  ]);
  if (opened.status === 'rejected') throw opened.reason;
  if (listed.status === 'rejected') throw listed.reason;
  const [container, listing] = [opened.value, listed.value];
  refuseUnclear(listing, wish);
  const point = choose(listing, { ...(id === undefined ? {} : { id }), ...(at ? { at } : {}) });
  const chain = openChain({ ...parts, container, ...(rescue ? { rescue } : {}) }, point, listing.listed);
  return { container, point, chain };
}

function choose({ backups, damaged }: BackupListing, wish: { id?: string; at?: Date }): RestorePoint {
  try {
    return chooseRestorePoint(backups, wish);
  } catch (error) {
    const [first] = damaged;
    // What was asked for may be among those that cannot be read; then that is the news.
    if (error instanceof Failure && error.code === 'backup.missing' && first) throw first.failure;
    throw error;
  }
}

/** "The latest" of no series, or of several, is nobody's wish. */
function refuseUnclear({ backups, damaged }: BackupListing, { id, hostname, name }: PointWish): void {
  const of = `${name === undefined ? '' : ` "${name}"`}${hostname === undefined ? '' : ` of ${hostname}`}`;
  if (backups.length + damaged.length === 0) {
    throw new Failure('backup.missing', `there is no backup${of} in this container`, { hostname, name });
  }
  if (id !== undefined && id !== 'latest') return;
  const names = [...new Set(backups.map((backup) => `"${backup.name}" of ${backup.hostname}`))].sort();
  if (names.length <= 1) return;
  const shown = names.slice(0, 10).join(', ');
  throw new Failure('backup.ambiguous', `there are backups of several names: ${shown}`, { names });
}
