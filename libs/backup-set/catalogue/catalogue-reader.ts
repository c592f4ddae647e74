import { blocksOfLines, NEWLINE } from './catalogue-blocks.js';
import { decodeLine, decodeLines, type CatalogueLine } from './catalogue-line.js';
import { CatalogueTally } from './catalogue-tally.js';
import type { Selection } from './selection.js';
import { Unbatched } from './unbatched.js';

/**
 * The lines of a catalogue, without its end mark. `catalogue.damaged` when it is cut, does not count up, or its members
 * do not lie one behind the other. The pieces are given back as they are read. Memory held: the longest line, which is
 * that of the largest directory, and the lines that are parsed together.
 */
export function readCatalogue(bytes: AsyncIterable<Buffer>): AsyncGenerator<CatalogueLine, void> {
  return new CatalogueReading(bytes);
}

/**
 * The lines of a catalogue that is about to be read, many at a time; each batch is to be read to its end. Members that
 * the selection passes over are left out where that saves time: a reader that cannot tell gives them all.
 */
export function lineBatches(
  lines: AsyncGenerator<CatalogueLine, void>,
  selection?: Selection,
): AsyncGenerator<Iterable<CatalogueLine>, void> {
  return lines instanceof CatalogueReading ? lines.choosing(selection) : oneByOne(lines);
}

class CatalogueReading extends Unbatched<CatalogueLine> {
  readonly #choice: Choice;

  constructor(bytes: AsyncIterable<Buffer>) {
    const choice: Choice = {};
    super(batchesIn(bytes, choice));
    this.#choice = choice;
  }

  choosing(selection: Selection | undefined): AsyncGenerator<Iterable<CatalogueLine>, void> {
    this.#choice.selection = selection;
    return this.batches;
  }
}

interface Choice {
  selection?: Selection | undefined;
}

async function* batchesIn(
  bytes: AsyncIterable<Buffer>,
  choice: Choice,
): AsyncGenerator<Iterable<CatalogueLine>, void> {
  const tally = new CatalogueTally();
  for await (const block of blocksOfLines(bytes)) {
    if (choice.selection) yield chosen(block, choice.selection, tally);
    else for (const text of textsOf(block)) yield counted(text, tally);
  }
  tally.close();
}

function* chosen(block: Buffer, selection: Selection, tally: CatalogueTally): Generator<CatalogueLine, void> {
  for (let start = 0; start < block.length;) {
    const end = block.indexOf(NEWLINE, start);
    if (selection(block, start, end)) {
      const line = tally.add(decodeLine(block.toString('utf8', start, end)));
      if (line) yield line;
    } else tally.passOver();
    start = end + 1;
  }
}

function* counted(text: string, tally: CatalogueTally): Generator<CatalogueLine, void> {
  for (const each of decodeLines(text)) {
    const line = tally.add(each);
    if (line) yield line;
  }
}

/** Bytes of lines that are parsed together. */
const BATCH = 64 * 1024;

function* textsOf(block: Buffer): Generator<string, void> {
  for (let start = 0; start < block.length;) {
    const end = block.indexOf(NEWLINE, Math.min(start + BATCH, block.length - 1));
    yield block.toString('utf8', start, end);
    start = end + 1;
  }
}

async function* oneByOne(
  lines: AsyncGenerator<CatalogueLine, void>,
): AsyncGenerator<Iterable<CatalogueLine>, void> {
  for await (const line of lines) yield [line];
}
