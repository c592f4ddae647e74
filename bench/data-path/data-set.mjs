import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { changeFiles, restoreFiles } from './change-files.mjs';
import { filesBelow, sizeOf } from './walk.mjs';

/** Written last: a directory without it is no whole set. */
const MARK = 'set.json';
const SOURCE = 'source';

/** How a set becomes the one of the next day, and how it is taken back, also after a run that was killed. */
const CHANGES = {
  nothing: { change: () => undefined, undo: () => undefined },
  files: { change: changeFiles, undo: restoreFiles },
  image: { change: exchangeImage, undo: takeImageBack },
};

/** Data that is the same in every run, kept between runs in a directory of its own. */
export class DataSet {
  /** Opens the set of a directory, or makes it when there is none that is whole and of this version and seed. */
  static open(recipe, { directory, seed, quick }) {
    const own = path.join(directory, 'sets', quick ? `${recipe.name}-quick` : recipe.name);
    const wanted = { version: recipe.version, seed, size: recipe.size(quick) };
    const mark = readMark(own);
    if (!mark || !isDeepStrictEqual({ version: mark.version, seed: mark.seed, size: mark.size }, wanted)) {
      fs.rmSync(own, { recursive: true, force: true });
      const source = path.join(own, SOURCE);
      fs.mkdirSync(source, { recursive: true });
      recipe.build(source, wanted.size, seed);
      fs.writeFileSync(path.join(own, MARK), JSON.stringify({ ...wanted, ...sizeOf(source) }));
    }
    const set = new DataSet(recipe, own, readMark(own));
    set.undo();
    return set;
  }

  #changes;
  #oneFile;

  constructor(recipe, directory, { seed, size, entries, bytes }) {
    this.name = recipe.name;
    this.directory = directory;
    this.source = path.join(directory, SOURCE);
    this.seed = seed;
    this.entries = entries;
    this.bytes = bytes;
    this.touched = recipe.touched?.(size);
    this.#changes = CHANGES[recipe.changes];
  }

  /** A file from the middle, whose name needs no quoting anywhere. */
  get oneFile() {
    this.#oneFile ??= middle(
      filesBelow(this.source).filter(({ path: name, size }) => /^[\w./-]+$/.test(name) && size > 0),
    ).path;
    return this.#oneFile;
  }

  change() {
    this.#changes.change(this);
  }

  undo() {
    this.#changes.undo(this);
  }

  /** Reads everything once, so that the first contender does not pay for the disk. */
  warm() {
    const piece = Buffer.allocUnsafe(4 << 20);
    for (const { path: name } of filesBelow(this.source)) {
      const file = fs.openSync(path.join(this.source, name));
      while (fs.readSync(file, piece) > 0);
      fs.closeSync(file);
    }
  }
}

function middle(list) {
  return list[Math.floor(list.length / 2)];
}

function readMark(directory) {
  try {
    return JSON.parse(fs.readFileSync(path.join(directory, MARK), 'utf8'));
  } catch {
    return undefined;
  }
}

/** The second version takes the place and the name of the first. */
function exchangeImage({ directory, source }) {
  const [current, next, previous] = imagesOf(directory, source);
  fs.renameSync(current, previous);
  fs.renameSync(next, current);
  const now = new Date();
  fs.utimesSync(current, now, now);
}

function takeImageBack({ directory, source }) {
  const [current, next, previous] = imagesOf(directory, source);
  if (!fs.existsSync(previous)) return;
  if (fs.existsSync(current)) fs.renameSync(current, next);
  fs.renameSync(previous, current);
}

function imagesOf(directory, source) {
  return [
    path.join(source, 'image.raw'),
    path.join(directory, 'next.raw'),
    path.join(directory, 'previous.raw'),
  ];
}
