import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { collected } from '#storage/testing';
import { isFailure } from '#kernel';
import type { Notice } from '#domain';
import { ancestorsOf, LiveTree, type ListedBackup, type Wanted } from '#backup-set';
import { Bench } from '../testing/bench.js';
import { directory, file, hardlink, type Spec } from '../testing/synthetic.js';

const skipped = (path: string): Notice => ({ path, state: 'skipped', reason: 'permission denied' });

describe('the tree of a restore point', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: false });
  });
  afterEach(() => bench.close());

  const level = (specs: readonly Spec[], base?: ListedBackup, notices: readonly Notice[] = []) =>
    bench.backup(specs, { ...(base ? { base } : {}), notices });

  /** What lives, as `path@level`, in the order in which it is told; ancestors are marked. */
  async function walk(newest: ListedBackup, wanted?: Wanted) {
    const tree = new LiveTree(await bench.chain(newest));
    const live = await collected(tree.walk(wanted));
    const paths = live.map(
      ({ entry, reader, ancestor }) => `${entry.path}@${reader.manifest.level}${ancestor ? '^' : ''}`,
    );
    return { tree, paths, live };
  }

  it('of a level 0 is what its stream has', async () => {
    const zero = await level([directory('.', 'Ya', 'Dd'), directory('d', 'Yb'), file('a'), file('d/b')]);
    const { paths, tree } = await walk(zero);
    assert.deepEqual(paths, ['.@0', 'd@0', 'a@0', 'd/b@0']);
    tree.refuseHoles();
  });

  it('takes what is unchanged from the nearest lower level that stored it', async () => {
    const zero = await level([
      directory('.', 'Ya', 'Yb', 'Yc'),
      file('a', '0'),
      file('b', '0'),
      file('c', '0'),
    ]);
    const one = await level([directory('.', 'Na', 'Yb', 'Nc'), file('b', '1')], zero);
    const two = await level([directory('.', 'Na', 'Nb', 'Yc'), file('c', '2')], one);
    assert.deepEqual((await walk(two)).paths, ['.@2', 'c@2', 'b@1', 'a@0']);
    assert.deepEqual((await walk(one)).paths, ['.@1', 'b@1', 'a@0', 'c@0']);
  });

  it('has nothing of what was deleted, not even when it came back and stayed', async () => {
    const zero = await level([
      directory('.', 'Ya', 'Dd'),
      directory('d', 'Yx'),
      file('a', '0'),
      file('d/x', '0'),
    ]);
    const one = await level([directory('.')], zero);
    const two = await level([directory('.', 'Ya'), file('a', '2')], one);
    const three = await level([directory('.', 'Na')], two);
    assert.deepEqual((await walk(one)).paths, ['.@1']);
    assert.deepEqual((await walk(two)).paths, ['.@2', 'a@2']);
    assert.deepEqual((await walk(three)).paths, ['.@3', 'a@2']);
  });

  it('of two differential siblings is that of each on the level 0 they share', async () => {
    const zero = await level([directory('.', 'Ya', 'Yb'), file('a', '0'), file('b', '0')]);
    const monday = await level([directory('.', 'Ya', 'Nb'), file('a', 'monday')], zero);
    const tuesday = await level(
      [directory('.', 'Na', 'Yb', 'Yc'), file('b', 'tuesday'), file('c', 'tuesday')],
      zero,
    );
    assert.deepEqual((await walk(monday)).paths, ['.@1', 'a@1', 'b@0']);
    assert.deepEqual((await walk(tuesday)).paths, ['.@1', 'b@1', 'c@1', 'a@0']);
  });

  it('has a hole where a level lists a file that it does not have', async () => {
    const zero = await level([directory('.', 'Ya', 'Yb'), file('b')]);
    const one = await level([directory('.', 'Na', 'Nb')], zero);
    const two = await level([directory('.', 'Na', 'Nb')], one);
    const { paths, tree } = await walk(two);
    assert.deepEqual(paths, ['.@2', 'b@0']);
    assert.deepEqual(tree.holes, ['a']);
    assert.throws(
      () => tree.refuseHoles(),
      (error) => isFailure(error, 'chain.broken') && error.message.includes('"a"'),
    );
    assert.deepEqual((await walk(two, (path) => path === 'b')).tree.holes, []);
  });

  it('is without what was never stored since it is excluded, which GNU tar calls unchanged', async () => {
    const zero = await level([directory('.', 'Ya', 'Nold.tmp'), file('a')]);
    const one = await level(
      [directory('.', 'Na', 'Nold.tmp', 'Nnew.tmp', 'Dd'), directory('d', 'Nx.tmp')],
      zero,
    );
    const two = await level(
      [directory('.', 'Na', 'Nold.tmp', 'Nnew.tmp', 'Dd'), directory('d', 'Nx.tmp')],
      one,
    );
    for (const [newest, paths] of [
      [zero, ['.@0', 'a@0']],
      [one, ['.@1', 'd@1', 'a@0']],
      [two, ['.@2', 'd@2', 'a@0']],
    ] as const) {
      const found = await walk(newest);
      assert.deepEqual(found.paths, paths);
      assert.deepEqual(found.tree.holes, []);
    }
  });

  it('is without what could not be read, and says so', async () => {
    const zero = await level([directory('.', 'Ya', 'Yb'), file('b')], undefined, [skipped('a')]);
    const one = await level([directory('.', 'Na', 'Yb')], zero, [skipped('a'), skipped('b')]);
    const { paths, tree } = await walk(one);
    assert.deepEqual(paths, ['.@1']);
    assert.deepEqual(tree.holes, []);
    assert.deepEqual(tree.notices, [skipped('a'), skipped('b')]);
    assert.deepEqual((await walk(one, (path) => path === 'a')).tree.notices, [skipped('a')]);
  });

  it('never has an older version in place of one that a level below could not read', async () => {
    const zero = await level([directory('.', 'Ya'), file('a', 'an older version')]);
    const one = await level([directory('.', 'Ya')], zero, [skipped('a')]);
    const two = await level([directory('.', 'Na')], one);
    const { paths, tree } = await walk(two);
    assert.deepEqual(paths, ['.@2']);
    assert.deepEqual(tree.holes, ['a']);
  });

  it('is without what its level has a member of and yet calls skipped, and without hard links to that', async () => {
    const specs = [
      directory('.', 'Ya', 'Yl', 'Yz', 'Dd'),
      directory('d'),
      file('a', 'zeros'),
      hardlink('l', 'a'),
      file('z'),
    ];
    const zero = await level(specs, undefined, [skipped('a'), skipped('d')]);
    const { paths, tree } = await walk(zero);
    assert.deepEqual(paths, ['.@0', 'd@0', 'z@0']);
    assert.deepEqual(tree.notices, [
      skipped('a'),
      skipped('d'),
      { path: 'l', state: 'skipped', reason: 'hard link to a file that could not be read' },
    ]);
    assert.deepEqual((await walk(zero, (path) => path === 'a')).paths, []);
    assert.deepEqual(
      (await walk(zero, (path) => path === 'l')).tree.notices.map(({ path }) => path),
      ['l'],
    );
  });

  it('has holes where a level below has such members, and nothing in their place', async () => {
    const names = ['Ya', 'Yl', 'Yz'] as const;
    const zero = await level(
      [directory('.', ...names), file('a', 'older'), file('l', 'older'), file('z')],
      undefined,
    );
    const one = await level(
      [directory('.', 'Ya', 'Yl', 'Nz'), file('a', 'zeros'), hardlink('l', 'a')],
      zero,
      [skipped('a')],
    );
    const two = await level([directory('.', 'Na', 'Nl', 'Nz')], one);
    const { paths, tree } = await walk(two);
    assert.deepEqual(paths, ['.@2', 'z@0']);
    assert.deepEqual(tree.holes, ['a', 'l']);
  });

  it('reads the notices of a level beforehand only when it has skipped something', async () => {
    const zero = await level([directory('.', 'Ya'), file('a')]);
    const one = await level([directory('.', 'Ya'), file('a')], zero, [skipped('a')]);
    for (const [newest, times] of [
      [zero, 1],
      [one, 2],
    ] as const) {
      const chain = await bench.chain(newest);
      const reads = chain.map((reader) => {
        const catalogue = reader.catalogue.bind(reader);
        const count = { times: 0 };
        reader.catalogue = (signal) => {
          count.times += 1;
          return catalogue(signal);
        };
        return count;
      });
      await collected(new LiveTree(chain).walk());
      assert.equal(reads.at(-1)?.times, times);
    }
  });

  it('names each of many holes, and only those', async () => {
    const names = Array.from({ length: 3000 }, (_, i) => `n${i}`);
    const zero = await level([
      directory('.', ...names.map((name) => `Y${name}` as const)),
      ...names.filter((_, i) => i % 3 > 0).map((name) => file(name, '')),
    ]);
    const one = await level([directory('.', ...names.map((name) => `N${name}` as const), 'Nnever')], zero);
    const { tree, paths } = await walk(one);
    assert.deepEqual(
      tree.holes,
      names.filter((_, i) => i % 3 === 0),
    );
    assert.equal(paths.length, 1 + 2000);
    const some = await walk(one, (path) => path < 'n2');
    assert.deepEqual(
      some.tree.holes,
      names.filter((name, i) => i % 3 === 0 && name < 'n2'),
    );
  });

  it('gives what is wanted, with each directory on the way to it once, and before what is in it', async () => {
    const zero = await level([
      directory('.', 'Dd', 'Df', 'Ya'),
      directory('d', 'De', 'Yb'),
      directory('d/e', 'Yx', 'Yy'),
      directory('f', 'Yz'),
      ...['a', 'd/b', 'd/e/x', 'd/e/y', 'f/z'].map((path) => file(path)),
    ]);
    const one = await level(
      [
        directory('.', 'Dd', 'Df', 'Na'),
        directory('d', 'De', 'Nb'),
        directory('d/e', 'Nx', 'Yy'),
        directory('f', 'Nz'),
        file('d/e/y'),
      ],
      zero,
    );
    assert.deepEqual((await walk(one, (path) => path === 'd/e/y')).paths, [
      '.@1^',
      'd@1^',
      'd/e@1^',
      'd/e/y@1',
    ]);
    assert.deepEqual((await walk(one, (path) => path === 'd/e/x')).paths, [
      '.@1^',
      'd@1^',
      'd/e@1^',
      'd/e/x@0',
    ]);
    assert.deepEqual((await walk(one, (path) => /^d\/e\//.test(path))).paths, [
      ...['.@1^', 'd@1^', 'd/e@1^'],
      ...['d/e/y@1', 'd/e/x@0'],
    ]);
    assert.deepEqual((await walk(one, (path) => path === 'd' || path === 'f/z')).paths, [
      '.@1^',
      'd@1',
      'f@1^',
      'f/z@0',
    ]);
    assert.deepEqual((await walk(one, (path) => path === 'nothing')).paths, []);
    assert.deepEqual((await walk(one, (path) => path === '.')).paths, ['.@1']);
  });

  it('has directories of the newest level only', async () => {
    const zero = await level([directory('.', 'Dd'), directory('d')]);
    const one = await level([directory('.', 'Yd'), file('d', 'a file now')], zero);
    assert.deepEqual((await walk(one)).paths, ['.@1', 'd@1']);
  });

  it('reads no level below the one that has the last name', async () => {
    const zero = await level([directory('.', 'Ya'), file('a')]);
    const one = await level([directory('.', 'Ya'), file('a', '1')], zero);
    const two = await level([directory('.', 'Na')], one);
    const chain = await bench.chain(two);
    await bench.storage.remove(`${zero.folder}catalogue`);
    assert.equal((await collected(new LiveTree(chain).walk())).length, 2);
  });

  it('of no level is empty', async () => {
    assert.deepEqual(await collected(new LiveTree([]).walk()), []);
  });
});

describe('the directories above a path', () => {
  it('begin with the source itself', () => {
    assert.deepEqual(ancestorsOf('.'), []);
    assert.deepEqual(ancestorsOf('a'), ['.']);
    assert.deepEqual(ancestorsOf('a/b/c'), ['.', 'a', 'a/b']);
  });
});
