import { ENTRY_TYPES, type Entry, type Listed } from '#domain';
import { Failure } from '#kernel';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * A line of the catalogue that has a path. Entries come by the hundred thousand, so they are checked by hand: a schema
 * costs ten times as much here. `catalogue.damaged` when it is no entry of this format.
 */
export function decodeEntry(line: Readonly<Record<string, unknown>>): Entry {
  const time = decodeTime(line['mtime']);
  // Written out: a spread of what JSON gives takes as long as parsing it.
  const entry = {
    path: line['path'],
    type: line['type'],
    mode: line['mode'],
    uid: line['uid'],
    gid: line['gid'],
    mtimeNs: time,
    size: line['size'],
    at: line['at'],
    span: line['span'],
  } as Writable<Entry>;
  let good = hasGoodBasics(entry);
  for (const key of OPTIONAL_TEXTS) {
    const text = line[key];
    if (text === undefined) continue;
    good &&= typeof text === 'string';
    entry[key] = text as string;
  }
  if (entry.sha256 !== undefined) good &&= isDigest(entry.sha256);
  if (entry.type === 'hardlink') good &&= isSafePath(entry.link);
  const { listing, sparse, device } = line;
  if (listing !== undefined) {
    good &&= Array.isArray(listing) && listing.every(isListed);
    entry.listing = listing as Listed[];
  }
  if (sparse !== undefined) {
    good &&= sparse === true;
    entry.sparse = true;
  }
  if (device !== undefined) {
    good &&= isDevice(device);
    entry.device = device as NonNullable<Entry['device']>;
  }
  if (good) return entry;
  throw new Failure(
    'catalogue.damaged',
    `an entry of the catalogue is not valid: ${JSON.stringify(line).slice(0, 200)}`,
  );
}

const OPTIONAL_TEXTS = ['user', 'group', 'sha256', 'link'] as const;

function hasGoodBasics(entry: Entry): boolean {
  return (
    isSafePath(entry.path) &&
    (ENTRY_TYPES as readonly string[]).includes(entry.type) &&
    isCount(entry.mode) &&
    isCount(entry.uid) &&
    isCount(entry.gid) &&
    isCount(entry.size) &&
    isCount(entry.at) &&
    isCount(entry.span) &&
    entry.span > 0
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a path stays below the directory it is relative to. */
export function isSafePath(path: unknown): path is string {
  if (typeof path !== 'string' || path.includes('\0')) return false;
  return path === '.' || !LEADS_AWAY.test(path);
}

/** A part that is empty, `.` or `..`. */
const LEADS_AWAY = /(?:^|\/)\.{0,2}(?:\/|$)/;

function isListed(name: unknown): name is Listed {
  if (typeof name !== 'string' || name.length < 2 || name.includes('/') || name.includes('\0')) return false;
  const code = name[0];
  if (code !== 'Y' && code !== 'N' && code !== 'D') return false;
  return name.length > 3 || (name.slice(1) !== '.' && name.slice(1) !== '..');
}

function isDigest(text: string): boolean {
  return text.length === 64 && !/[^0-9a-f]/.test(text);
}

function isDevice(device: unknown): boolean {
  if (typeof device !== 'object' || device === null) return false;
  const { major, minor } = device as { major?: unknown; minor?: unknown };
  return isCount(major) && isCount(minor);
}

const TIME = /^-?\d{1,19}\.\d{9}$/;
const FRACTION_DIGITS = 9;

/** `seconds.nanoseconds` → nanoseconds. */
function decodeTime(text: unknown): bigint {
  if (typeof text !== 'string' || !TIME.test(text)) {
    throw new Failure('catalogue.damaged', 'a time in the catalogue is not valid');
  }
  // Sign and digits without the point are the number.
  return BigInt(text.slice(0, -FRACTION_DIGITS - 1) + text.slice(-FRACTION_DIGITS));
}
