import { createHash } from 'node:crypto';
import type { Entry } from '#domain';
import type { StreamPart } from '../writer/stream-writer.js';

const BLOCK = 512;

/** An entry as a test wants it; what is left out is made up. */
export interface Spec extends Partial<Omit<Entry, 'at' | 'span' | 'size' | 'sha256'>> {
  readonly path: string;
  readonly content?: string | Uint8Array;
}

/** A stream as an engine would yield it: like a tar, but with made-up headers. */
/** Contents of so many bytes and more are told, as an engine tells of large ones. */
export const TOLD_CONTENT = 16 << 10;

export interface Synthetic {
  readonly bytes: Buffer;
  readonly entries: readonly Entry[];
  parts(partBytes?: number): AsyncGenerator<StreamPart>;
}

export function file(path: string, content: string | Uint8Array = path): Spec {
  return { path, content };
}

/** `directory('a', 'Yb', 'Nc')` */
export function directory(path: string, ...listing: NonNullable<Entry['listing']>): Spec {
  return { path, type: 'directory', mode: 0o755, listing };
}

export function hardlink(path: string, link: string): Spec {
  return { path, type: 'hardlink', link };
}

export function synthetic(specs: readonly Spec[]): Synthetic {
  const members: Buffer[] = [];
  const entries: Entry[] = [];
  let at = 0;
  for (const spec of specs) {
    const { content, ...rest } = spec;
    const bytes = Buffer.from(content ?? '');
    const member = Buffer.concat([padded(Buffer.from(`header of ${spec.path}\n`)), padded(bytes)]);
    const type = spec.type ?? 'file';
    const ofFile = type === 'file' ? { size: bytes.length, sha256: digestOf(bytes) } : { size: 0 };
    entries.push({ ...DEFAULTS, ...rest, type, ...ofFile, at, span: member.length });
    members.push(member);
    at += member.length;
  }
  const bytes = Buffer.concat(members);
  return { bytes, entries, parts: (partBytes = 10_000) => partsOf(bytes, entries, partBytes) };
}

const DEFAULTS = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 1_700_000_000_123_456_789n };

async function* partsOf(
  bytes: Buffer,
  entries: readonly Entry[],
  partBytes: number,
): AsyncGenerator<StreamPart> {
  let told = 0;
  for (let at = 0; at < bytes.length; at += partBytes) {
    const end = Math.min(at + partBytes, bytes.length);
    const ended = entries.slice(told).filter((entry) => entry.at + entry.span <= end);
    told += ended.length;
    const contents = entries
      .flatMap((entry) => contentOf(entry))
      .filter((each) => each.at >= at && each.at < end);
    // A copy: whoever takes a part owns it.
    yield { bytes: Buffer.from(bytes.subarray(at, end)), entries: ended, contents };
  }
}

function contentOf({ at, span, size }: Entry): { at: number; length: number }[] {
  return size < TOLD_CONTENT ? [] : [{ at: at + span - Math.ceil(size / BLOCK) * BLOCK, length: size }];
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes], Math.ceil(bytes.length / BLOCK) * BLOCK);
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
