import { holdInWords, holdsOf, lastVerified, verificationsOf, type LastVerified } from '#backup-set';
import type { Backup } from '#domain';
import type { BackupId } from '#kernel';
import type { StorageBackend } from '#storage';

/** What is known of backups besides their manifests. */
export interface UpkeepFacts {
  readonly verified: ReadonlyMap<BackupId, LastVerified>;
  /** In words how a backup is held now. */
  readonly held: ReadonlyMap<BackupId, string>;
}

/** Costs two listings for each hostname and name, and a small read for each verification and hold. */
export async function upkeepFacts(
  storage: StorageBackend,
  backups: readonly Backup[],
  now: Date,
  signal: AbortSignal,
): Promise<UpkeepFacts> {
  const verified = new Map<BackupId, LastVerified>();
  const held = new Map<BackupId, string>();
  const series = new Map(backups.map(({ hostname, name }) => [`${hostname}\n${name}`, { hostname, name }]));
  for (const each of series.values()) {
    const last = lastVerified(await verificationsOf(storage, each, signal));
    for (const [id, verification] of last) verified.set(id, verification);
    for (const [id, hold] of await holdsOf(storage, each, signal)) {
      const words = holdInWords(hold, now);
      if (words !== undefined) held.set(id, words);
    }
  }
  return { verified, held };
}

/**
 * `2026-11-20 data`, `2026-11-20 5.2 %, all 2026-11-13`, `2026-11-20 DAMAGED`, `never`: no more than what was read.
 */
export function verifiedInShort(verified: LastVerified | undefined): string {
  if (!verified) return 'never';
  const { at, scope, findings, bytes, ofBytes, objects, ofObjects, wholeAt } = verified;
  const share = ofBytes > 0 ? (100 * bytes) / ofBytes : 100;
  // Rounded down: 100 % is said only of everything.
  const read = objects < ofObjects ? `${(Math.floor(share * 10) / 10).toFixed(1)} %` : WORDS[scope];
  const whole = objects < ofObjects && wholeAt ? `, all ${dayOf(wholeAt)}` : '';
  return `${dayOf(at)} ${findings > 0 ? 'DAMAGED' : read}${whole}`;
}

function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

const WORDS: Readonly<Record<LastVerified['scope'], string>> = {
  ...{ sample: 'digests', digests: 'digests', data: 'data' },
};
