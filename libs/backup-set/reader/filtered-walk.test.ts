import assert from 'node:assert/strict';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { collected } from '#storage/testing';
import type { Listed, Notice } from '#domain';
import { below, LiveTree, type BackupReader, type Chain, type ListedBackup, type Wanted } from '#backup-set';
import { Bench } from '../testing/bench.js';
import { directory, file, hardlink, type Spec } from '../testing/synthetic.js';

/** Some begin like others; some stand escaped in JSON. */
const NAMES = ['a', 'ab', 'a b', 'b', '"', '\\', 'b"', 'é', '\n', '\udcff', '.c', 'n'];

interface Draw {
  (max: number): number;
}

/** Files of a source: a path, and in which edit it was last written. Directories are what they lie in. */
type Files = Map<string, number>;

function edited(files: Files, edit: number, draw: Draw): Files {
  const next: Files = new Map([...files].filter(() => draw(8) > 0));
  for (const path of next.keys()) if (draw(4) === 0) next.set(path, edit);
  const isFree = (path: string) =>
    [...next.keys()].every((other) => !other.startsWith(`${path}/`) && !path.startsWith(`${other}/`));
  for (let i = 0; i < 6; i += 1) {
    const parts = Array.from({ length: 1 + draw(3) }, () => NAMES[draw(NAMES.length)] ?? 'a');
    const path = parts.join('/');
    if (isFree(path)) next.set(path, edit);
  }
  return next;
}

/** The members of a level as GNU tar orders them: a directory, then what is in it. */
function members(files: Files, edit: number, draw: Draw): Spec[] {
  const inside = new Map<string, Map<string, string>>([['.', new Map()]]);
  for (const [path, written] of files) {
    const parts = path.split('/');
    let parent = '.';
    for (const [i, part] of parts.entries()) {
      const isFile = i === parts.length - 1;
      const code = isFile ? (written === edit ? 'Y' : 'N') : 'D';
      inside.get(parent)?.set(part, code);
      parent = below(parent, part);
      if (!isFile && !inside.has(parent)) inside.set(parent, new Map());
    }
  }
  const stored: string[] = [];
  return [...inside].flatMap(([path, names]) => {
    const listing = [...names].map(([name, code]) => `${code}${name}` as Listed);
    const written = [...names].filter(([, code]) => code === 'Y').map(([name]) => below(path, name));
    const specs = written.map((each) => {
      const target = draw(6) === 0 ? stored[draw(stored.length)] : undefined;
      if (target !== undefined) return hardlink(each, target);
      stored.push(each);
      return file(each, `${each} ${edit}`);
    });
    return [directory(path, ...listing), ...specs];
  });
}

function notices(files: Files, draw: Draw): Notice[] {
  if (draw(2) === 0) return [];
  return [...files.keys()]
    .filter(() => draw(6) === 0)
    .map((path) => ({ path, state: draw(3) > 0 ? 'skipped' : 'changed', reason: 'bad luck' }));
}

describe('a walk for some paths', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.make({ encrypted: false });
  });
  after(() => bench.close());

  async function chainOf(draw: Draw): Promise<{ chain: Chain; paths: string[] }> {
    let files: Files = new Map();
    let base: ListedBackup | undefined;
    const paths = new Set<string>(['nowhere', 'a/nowhere']);
    const levels = 1 + draw(3);
    for (let edit = 0; edit < levels; edit += 1) {
      files = edited(files, edit, draw);
      for (const path of files.keys()) {
        const parts = path.split('/');
        for (let i = 1; i <= parts.length; i += 1) paths.add(parts.slice(0, i).join('/'));
      }
      const options = { ...(base ? { base } : {}), notices: notices(files, draw) };
      base = await bench.backup(members(files, edit, draw), options);
    }
    assert.ok(base);
    return { chain: await bench.chain(base), paths: [...paths] };
  }

  it('finds what a walk finds that decodes every line and looks for nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(1 << 20)), async (numbers) => {
        const draw: Draw = (max) => (numbers.next().value ?? 0) % Math.max(1, max);
        const { chain, paths } = await chainOf(draw);
        const roots = Array.from({ length: 1 + draw(3) }, () => paths[draw(paths.length)] ?? 'a');
        const wanted = (path: string) => roots.some((root) => path === root || path.startsWith(`${root}/`));
        const whole = await found(
          chain.map((reader) => unfiltered(reader)),
          wanted,
        );
        assert.deepEqual(await found(chain, wanted), whole, 'by the predicate alone');
        const rooted = Object.assign(wanted, { roots });
        assert.deepEqual(await found(chain, rooted), whole, 'by the roots');
        assert.deepEqual(await found(chain, rooted), whole, 'once more');
      }),
      { numRuns: 60 },
    );
  });

  it('for the same is not made twice, unless it was broken off', async () => {
    const specs = [directory('.', 'Ya', 'Yb'), file('a'), file('b')];
    const [reader] = await bench.chain(await bench.backup(specs));
    assert.ok(reader);
    let reads = 0;
    const catalogue = { value: (signal?: AbortSignal) => ((reads += 1), reader.catalogue(signal)) };
    const chain = [Object.create(reader, { catalogue }) as BackupReader];
    const wanted = Object.assign((path: string) => path !== '.', { roots: ['a', 'b'] });
    for await (const { entry } of new LiveTree(chain).walk(wanted)) if (entry.path === 'a') break;
    assert.equal(reads, 1);
    const live = ['.@0^', 'a@0', 'b@0'];
    assert.deepEqual((await found(chain, wanted)).live, live);
    assert.deepEqual((await found(chain, wanted)).live, live);
    assert.equal(reads, 2);
    await found(
      chain,
      Object.assign((path: string) => path === 'b', { roots: ['b'] }),
    );
    assert.equal(reads, 3);
  });

  it('ends when all the files are found that it is for, unless a notice may follow', async () => {
    const specs = [directory('.', 'Ya', 'Yb'), file('a'), { ...file('b'), mode: 1 }];
    const wanted = Object.assign((path: string) => path === 'a', { roots: ['a'] });
    const whole = await bench.chain(await bench.backup(specs));
    const changed: Notice = { path: 'a', state: 'changed', reason: 'bad luck' };
    const doubtful = await bench.chain(await bench.backup(specs, { notices: [changed] }));
    assert.deepEqual((await found(whole, wanted)).live, ['.@0^', 'a@0']);
    const { live, told } = await found(doubtful, wanted);
    assert.deepEqual([live, told], [['.@0^', 'a@0'], [changed]]);
  });
});

async function found(chain: Chain, wanted: Wanted) {
  const tree = new LiveTree(chain);
  const live = await collected(tree.walk(wanted));
  return {
    live: live.map(
      ({ entry, reader, ancestor }) => `${entry.path}@${reader.manifest.level}${ancestor ? '^' : ''}`,
    ),
    told: tree.notices,
    holes: tree.holes,
  };
}

/** The same backup, read by one who cannot pass over lines. */
function unfiltered(reader: BackupReader): BackupReader {
  const catalogue = async function* (signal?: AbortSignal) {
    yield* reader.catalogue(signal);
  };
  return Object.create(reader, { catalogue: { value: catalogue } }) as BackupReader;
}
