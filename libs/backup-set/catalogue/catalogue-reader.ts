import { Failure, printable } from '#kernel';
import { decodeLine, type CatalogueLine } from './catalogue-line.js';

const NEWLINE = 0x0a;

/**
 * The lines of a catalogue, without its end mark. `catalogue.damaged` when it is cut, does not count up, or its members
 * do not lie one behind the other. Memory held: the longest line, which is that of the largest directory.
 */
export async function* readCatalogue(bytes: AsyncIterable<Buffer>): AsyncGenerator<CatalogueLine, void> {
  const seen = { entry: 0, notice: 0 };
  let reached = 0;
  let ended = false;
  for await (const text of linesOf(bytes)) {
    const line = decodeLine(text);
    if (ended) throw new Failure('catalogue.damaged', 'the catalogue goes on after its end');
    if (line.kind === 'end') {
      ended = line.entries === seen.entry && line.notices === seen.notice;
      if (!ended)
        throw new Failure('catalogue.damaged', 'the catalogue does not have as many lines as it says', {
          ...seen,
        });
    } else {
      if (line.kind === 'entry') {
        if (line.entry.at < reached || seen.notice > 0) throw outOfOrder(line.entry.path);
        reached = line.entry.at + line.entry.span;
      }
      seen[line.kind] += 1;
      yield line;
    }
  }
  if (!ended) throw new Failure('catalogue.damaged', 'the catalogue has no end');
}

function outOfOrder(path: string): Failure {
  return new Failure('catalogue.damaged', `"${printable(path)}" is not where it should be in the catalogue`, {
    path,
  });
}

async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of bytes) {
    const last = piece.lastIndexOf(NEWLINE);
    if (last < 0) {
      rest = Buffer.concat([rest, piece]);
      continue;
    }
    const whole = Buffer.concat([rest, piece.subarray(0, last)]).toString('utf8');
    rest = piece.subarray(last + 1);
    yield* whole.split('\n');
  }
  if (rest.length > 0) throw new Failure('catalogue.damaged', 'the catalogue is cut in the middle of a line');
}
