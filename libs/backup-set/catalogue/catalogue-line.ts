import { ENTRY_TYPES, type Entry, type Listed, type Notice } from '#domain';
import { Failure, z } from '#kernel';

/**
 * A catalogue is JSON, one object a line: an entry, a notice, or, as the last line, the count of both.
 *
 * Names are as the kernel's `textOf` gives them: JSON writes bytes that are not UTF-8 as `\udc80`…`\udcff`.
 */
export type CatalogueLine =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'end'; readonly entries: number; readonly notices: number };

export function encodeEntry(entry: Entry): string {
  const { mtimeNs, ...rest } = entry;
  return `${JSON.stringify({ ...rest, mtime: encodeTime(mtimeNs) })}\n`;
}

export function encodeNotice(notice: Notice): string {
  return `${JSON.stringify({ notice })}\n`;
}

export function encodeEnd(entries: number, notices: number): string {
  return `${JSON.stringify({ end: { entries, notices } })}\n`;
}

/** `catalogue.damaged` when the line is none of the three. */
export function decodeLine(text: string): CatalogueLine {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (error) {
    throw new Failure('catalogue.damaged', 'a line of the catalogue is not JSON', {}, error);
  }
  if (isObject(line)) {
    if ('path' in line) return { kind: 'entry', entry: decodeEntry(line) };
    if ('notice' in line) return { kind: 'notice', notice: parsed(noticeSchema, line['notice']) };
    if ('end' in line) return { kind: 'end', ...parsed(endSchema, line['end']) };
  }
  throw new Failure('catalogue.damaged', 'a line of the catalogue is neither entry nor notice nor end');
}

const noticeSchema = z.strictObject({
  path: z.string(),
  state: z.enum(['skipped', 'changed']),
  reason: z.string(),
  harmless: z.literal(true).optional(),
}) as z.ZodType<Notice>;

const endSchema = z.strictObject({ entries: z.int().min(0), notices: z.int().min(0) });

// Entries come by the hundred thousand, so they are checked by hand: a schema costs ten times as much here.
function decodeEntry(line: Record<string, unknown>): Entry {
  const { mtime, ...rest } = line;
  const entry = { ...rest, mtimeNs: decodeTime(mtime) } as Entry;
  const good =
    isSafePath(entry.path) &&
    (ENTRY_TYPES as readonly string[]).includes(entry.type) &&
    [entry.mode, entry.uid, entry.gid, entry.size, entry.at, entry.span - 1].every(isCount) &&
    [entry.user, entry.group, entry.link].every((text) => text === undefined || typeof text === 'string') &&
    (entry.sha256 === undefined ||
      (typeof entry.sha256 === 'string' && /^[0-9a-f]{64}$/.test(entry.sha256))) &&
    (entry.sparse === undefined || entry.sparse === true) &&
    (entry.type !== 'hardlink' || isSafePath(entry.link)) &&
    (entry.device === undefined ||
      (isObject(entry.device) && isCount(entry.device.major) && isCount(entry.device.minor))) &&
    (entry.listing === undefined || (Array.isArray(entry.listing) && entry.listing.every(isListed)));
  if (!good)
    throw new Failure(
      'catalogue.damaged',
      `an entry of the catalogue is not valid: ${JSON.stringify(line).slice(0, 200)}`,
    );
  return entry;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a path stays below the directory it is relative to. */
export function isSafePath(path: unknown): path is string {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) return false;
  if (path === '.') return true;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function isListed(name: unknown): name is Listed {
  return (
    typeof name === 'string' && /^[YND][^/\0]+$/.test(name) && name.slice(1) !== '.' && name.slice(1) !== '..'
  );
}

/** Nanoseconds → `seconds.nanoseconds`, e.g. `-1.000000001`. */
function encodeTime(ns: bigint): string {
  const magnitude = ns < 0n ? -ns : ns;
  const fraction = (magnitude % 1_000_000_000n).toString().padStart(9, '0');
  return `${ns < 0n ? '-' : ''}${magnitude / 1_000_000_000n}.${fraction}`;
}

function decodeTime(text: unknown): bigint {
  const match = typeof text === 'string' ? /^(-?)(\d{1,19})\.(\d{9})$/.exec(text) : null;
  if (!match) throw new Failure('catalogue.damaged', 'a time in the catalogue is not valid');
  const [, sign, seconds = '0', fraction = '0'] = match;
  const magnitude = BigInt(seconds) * 1_000_000_000n + BigInt(fraction);
  return sign === '-' ? -magnitude : magnitude;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Failure('catalogue.damaged', 'a line of the catalogue is not valid', {}, result.error);
}
