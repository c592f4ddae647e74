import type { Entry } from '#domain';
import type { Target } from '../../archive-engine.js';
import { alignedBlocks } from './aligned-blocks.js';
import { endMark } from './end-mark.js';
import { MemberScanner } from './member-scanner.js';
import { SafePlaces } from './safe-places.js';

/**
 * The members with an end mark behind them, each looked at before tar sees it: names, and that the way to it does not lead
 * through a symlink. Rejects with `engine.stream-malformed` and `restore.unsafe-path`.
 */
export async function* guardedMembers(
  members: AsyncIterable<Uint8Array>,
  target: Target,
): AsyncGenerator<Buffer> {
  const places = new SafePlaces(target.root);
  let bytes = 0;
  const onMember = ({ entry }: { entry: Pick<Entry, 'path' | 'type' | 'link'> }) => places.prepare(entry);
  const scanner = new MemberScanner({ digest: false, onMember });
  for await (const blocks of alignedBlocks(members)) {
    const part = scanner.push(blocks);
    if (part.bytes.length === 0) continue;
    yield part.bytes;
    bytes += part.bytes.length;
    target.onProgress?.(bytes);
  }
  scanner.finish();
  yield endMark(bytes);
}
