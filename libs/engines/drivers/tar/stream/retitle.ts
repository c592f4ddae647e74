import { bytesOf } from '#kernel';
import { alignedBlocks } from './aligned-blocks.js';
import { HeaderCollector } from './header-collector.js';
import type { MemberHeaders } from './member-headers.js';
import { memberPath } from './member-path.js';
import { paxData, type PaxRecord } from './pax.js';
import { malformed, padded, paxHeader, rewriteHeader } from './tar-header.js';

/**
 * The same member under another path, and, for a hard link, with another target. Its content is not touched; its headers
 * may get longer or shorter.
 */
export async function* retitled(
  member: AsyncIterable<Uint8Array>,
  path: string,
  link?: string,
): AsyncGenerator<Buffer> {
  const name = nameOf(path);
  const target = link === undefined ? undefined : nameOf(link);
  const collector = new HeaderCollector();
  let offset = 0;
  let isDone = false;
  for await (const blocks of alignedBlocks(member)) {
    let at = 0;
    while (!isDone && at < blocks.length) {
      at += collector.take(blocks, at, offset + at);
      const headers = collector.finished();
      if (!headers) continue;
      yield* headersFor(headers, name, target);
      isDone = true;
    }
    collector.keep();
    offset += blocks.length;
    if (at < blocks.length) yield blocks.subarray(at);
  }
  if (!isDone) throw malformed(offset, 'it ends before a member');
}

function nameOf(path: string): Buffer {
  return bytesOf(`./${memberPath(bytesOf(path))}`);
}

const NAME_KEYS = ['path', 'GNU.sparse.name'];
const PADDING = Buffer.alloc(512);

function* headersFor(headers: MemberHeaders, name: Buffer, target: Buffer | undefined): Generator<Buffer> {
  const { at, header, block, pax, longLink } = headers;
  // Behind such a header stand more blocks, which belong to it; GNU tar writes it in its old format only.
  if (header.type === 'S' && block[482] !== 0)
    throw malformed(at, 'an old sparse file cannot get another name');
  const isSparse = pax.some(({ key }) => key === 'GNU.sparse.name');
  const others = pax.filter(({ key }) => !NAME_KEYS.includes(key) && !(target && key === 'linkpath'));
  const linkpath = target ?? longLink;
  const kept: PaxRecord[] = [...(linkpath ? [{ key: 'linkpath', value: linkpath }] : []), ...others];
  const data = paxData([{ key: isSparse ? 'GNU.sparse.name' : 'path', value: name }, ...kept]);
  yield paxHeader(Buffer.from('./PaxHeaders/renamed'), data.length);
  yield data;
  yield PADDING.subarray(0, padded(data.length) - data.length);
  yield rewriteHeader(block, { name });
}
