import { Failure, isBackupId, printable, type BackupId } from '#kernel';
import type { Backup } from '#domain';

/** Where things lie in a container: the only place that knows. Format 1, see `docs/format.md`. */

export const CONTAINER_KEY = 'firn.json';
export const KEYS_FOLDER = 'keys/';
export const BACKUPS_FOLDER = 'backups/';
export const VERIFICATIONS_FOLDER = 'verifications/';
export const HOLDS_FOLDER = 'holds/';

/** Hostname and backup name: what belongs together. */
export interface Series {
  readonly hostname: string;
  readonly name: string;
}

type Placed = Pick<Backup, 'hostname' | 'name' | 'chain' | 'level' | 'id'>;

export function slotKey(slot: string): string {
  return `${KEYS_FOLDER}${slot}.json`;
}

export function seriesFolder(series: Series): string {
  return `${BACKUPS_FOLDER}${encodeName(series.hostname)}/${encodeName(series.name)}/`;
}

/** The folder of what is known of verifications of a series, ending in `/`. */
export function verificationsFolder(series: Series): string {
  return `${VERIFICATIONS_FOLDER}${encodeName(series.hostname)}/${encodeName(series.name)}/`;
}

/** The folder of what keeps backups of a series from being removed, ending in `/`. */
export function holdsFolder(series: Series): string {
  return `${HOLDS_FOLDER}${encodeName(series.hostname)}/${encodeName(series.name)}/`;
}

export function holdKey(backup: Pick<Backup, 'hostname' | 'name' | 'id'>): string {
  return `${holdsFolder(backup)}${backup.id}.json`;
}

/** The folder of one backup, ending in `/`. */
export function backupFolder(backup: Placed): string {
  return `${seriesFolder(backup)}${backup.chain}/${backup.level}-${backup.id}/`;
}

export const objectNames = {
  catalogue: 'catalogue',
  index: 'index',
  state: 'state',
  /** Only of a backup whose stream was cut by its content. */
  pieces: 'pieces',
  manifest: 'manifest',
  /** The mark of a backup that is being written; see `writer-mark.ts`. */
  writer: 'writer',
} as const;

export function segmentKey(folder: string, segment: number): string {
  return `${folder}segments/${String(segment).padStart(8, '0')}`;
}

/** The last object of a backup that is stored: a place that has it has them all. */
export function manifestKey(backup: Placed): string {
  return backupFolder(backup) + objectNames.manifest;
}

/** `2-20261120T093415Z-4f7a9c21` → level and id, or `undefined` when the folder is none of ours. */
export function parseBackupFolder(name: string): { level: number; id: BackupId } | undefined {
  const match = /^(0|[1-9]\d{0,5})-(.+)$/.exec(name);
  const [, level, id] = match ?? [];
  return level !== undefined && id !== undefined && isBackupId(id) ? { level: Number(level), id } : undefined;
}

const MAX_ENCODED = 200;

/** A hostname or backup name as one component of a key: what is not plain stands as `%` and two hex digits. */
export function encodeName(name: string): string {
  if (name === '') throw new Failure('input.invalid', 'an empty name cannot be stored');
  // Two names that are not Unicode could come out the same.
  if (!name.isWellFormed())
    throw new Failure('input.invalid', `the name "${printable(name)}" is not valid UTF-8`);
  const encoded = plainOf(name);
  if (encoded.length > MAX_ENCODED) {
    throw new Failure('input.invalid', `the name "${name}" is too long to be stored`, { limit: MAX_ENCODED });
  }
  return encoded;
}

/** The name that a component stands for, or `undefined` when {@link encodeName} makes no such component. */
export function decodeName(component: string): string | undefined {
  if (component === '' || component.length > MAX_ENCODED) return undefined;
  const bytes = component.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  const name = Buffer.from(bytes, 'latin1').toString('utf8');
  return plainOf(name) === component ? name : undefined;
}

function plainOf(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]/gu, (c) =>
    [...Buffer.from(c, 'utf8')]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
  return plain.replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'));
}
