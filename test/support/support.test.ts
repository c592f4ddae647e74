import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { comparedTrees, runToEnd, systemCommands } from '#host';
import { textOf } from '#kernel';
import {
  asNobody,
  changeTree,
  isRoot,
  listTree,
  makeOddTree,
  ODD_NAMES,
  requireProgram,
  seeded,
  skipBecause,
  withTemporaryDirectory,
} from '#test/support';

describe('the odd tree', () => {
  it('holds every oddity', () =>
    withTemporaryDirectory(async (root) => {
      const made = await makeOddTree(root, { asRoot: isRoot() });
      const all = listTree(root);
      const paths = all.map((entry) => entry.path);
      const look = (path: string) => lstatSync(join(root, path), { bigint: true });
      for (const name of ODD_NAMES) assert.ok(paths.includes(`names/files/${textOf(name)}`), textOf(name));
      for (const length of [100, 255, 1024]) assert.ok(paths.some((path) => path.length > length));
      assert.equal(look('modes/file-4755').mode & 0o7777n, 0o4755n);
      assert.equal(look('modes/directory-1777').mode & 0o7777n, 0o1777n);
      assert.equal(look('links/hard/first').ino, look('links/elsewhere/below/third').ino);
      assert.equal(look('times/-1.5').mtimeNs, -1_500_000_000n);
      assert.ok(look('times/13569465599.987654321').mtimeNs > 2n ** 62n);
      assert.ok(look('sparse/hole-only').blocks * 512n < look('sparse/hole-only').size);
      assert.ok(look('special/fifo').isFIFO());
      assert.ok(look('special/socket').isSocket());
      if (made.has('devices')) assert.ok(look('special/null').isCharacterDevice());
      if (made.has('owners')) assert.equal(look('owners/3000000000-3000000001').uid, 3_000_000_000n);
      assert.ok(!paths.includes('sparse/over-8-gib'));
    }));

  it('has attributes and ACLs where there are programs to set them', async function () {
    requireProgram(this, 'setfattr');
    requireProgram(this, 'setfacl');
    requireProgram(this, 'getfattr');
    await withTemporaryDirectory(async (root) => {
      const made = await makeOddTree(root, { asRoot: isRoot() });
      if (!made.has('attributes') || !made.has('acls')) skipBecause(this, 'the file system has none');
      const args = ['-R', '-d', '-h', '-m', '-', '-e', 'hex', '--absolute-names', root];
      const { stdout } = await runToEnd(systemCommands, { program: 'getfattr', args });
      for (const one of [
        'user.binary=0x00010a0d3d22ff00',
        'system.posix_acl_access=',
        'system.posix_acl_default=',
      ]) {
        assert.ok(stdout.includes(one), one);
      }
    });
  });

  it('holds a file over 8 GiB when asked to', () =>
    withTemporaryDirectory(async (root) => {
      await makeOddTree(root, { asRoot: false, big: true });
      assert.ok(statSync(join(root, 'sparse/over-8-gib')).size > 8 * 1024 ** 3);
    }));
});

describe('changing a tree', () => {
  it('makes every kind of edit, and the same ones from the same seed', () =>
    withTemporaryDirectory(async (place) => {
      const diaries: string[][] = [];
      for (const name of ['one', 'other']) {
        const root = join(place, name);
        await makeOddTree(root, { asRoot: isRoot() });
        const diary: string[] = [];
        for (const generation of [1, 2, 3]) diary.push(...(await changeTree(root, generation, 5)));
        diaries.push(diary);
      }
      assert.deepEqual(diaries[0], diaries[1]);
      const kinds = new Set(diaries[0]?.map((line) => line.split(' ')[0]));
      const expected = isRoot() ? 26 : 25;
      assert.ok(kinds.size >= expected - 1, [...kinds].join());
      const { differences } = await comparedTrees(join(place, 'one'), join(place, 'other'), {
        mtimes: 'none',
      });
      assert.deepEqual(differences, []);
    }));

  it('makes other edits from another seed, and leaves most oddities for many generations', () =>
    withTemporaryDirectory(async (root) => {
      await makeOddTree(root, { asRoot: isRoot() });
      const first = await changeTree(root, 1, 5);
      const second = await changeTree(root, 1, 6);
      assert.notDeepEqual(first, second);
      for (let generation = 2; generation < 7; generation += 1) await changeTree(root, generation, 6);
      assert.ok(listTree(root).length > 200);
    }));
});

describe('listing a tree', () => {
  it('goes through it by names in order of bytes, into each directory at once', () =>
    withTemporaryDirectory(async (root) => {
      mkdirSync(join(root, 'a'));
      for (const name of ['a/b', 'a-b', 'B']) writeFileSync(join(root, name), '');
      assert.deepEqual(listTree(root), [
        { path: 'B', type: 'file' },
        { path: 'a', type: 'directory' },
        { path: 'a/b', type: 'file' },
        { path: 'a-b', type: 'file' },
      ]);
    }));
});

describe('seeded chance', () => {
  it('is the same from the same seed, and another from another', () => {
    assert.deepEqual(seeded(1).bytes(33), seeded(1).bytes(33));
    assert.notDeepEqual(seeded(1).bytes(33), seeded(2).bytes(33));
    assert.equal(seeded(1).pick([]), undefined);
  });

  it('reaches all that it can pick', () => {
    const random = seeded(3);
    const picked = new Set(Array.from({ length: 200 }, () => random.below(10)));
    assert.equal(picked.size, 10);
  });
});

describe('an ordinary user', () => {
  it('is nobody when the tests run as root', async function () {
    if (!isRoot()) skipBecause(this, 'not root');
    requireProgram(this, 'setpriv');
    const { stdout } = await runToEnd(
      systemCommands,
      asNobody({ program: 'sh', args: ['-c', 'id -u; id -g; id -G'] }),
    );
    assert.equal(stdout.toString(), '65534\n65534\n65534\n');
  });
});

describe('a program that a test needs', () => {
  const fake = () => {
    const diary: string[] = [];
    const runnable = { title: 'tests' };
    const skip = () => {
      diary.push(runnable.title);
      throw new Error('skipped');
    };
    return { diary, context: { runnable: () => runnable, skip } as unknown as Mocha.Context };
  };
  const required = process.env['FIRN_TEST_REQUIRE'];
  const requiring = (names: string | undefined, act: () => void) => {
    if (names === undefined) delete process.env['FIRN_TEST_REQUIRE'];
    else process.env['FIRN_TEST_REQUIRE'] = names;
    try {
      act();
    } finally {
      if (required === undefined) delete process.env['FIRN_TEST_REQUIRE'];
      else process.env['FIRN_TEST_REQUIRE'] = required;
    }
  };

  it('skips the test with a reason when it is missing, and fails it where it must not be', () => {
    const { context, diary } = fake();
    requireProgram(context, 'sh');
    assert.deepEqual(diary, []);
    requiring(undefined, () => assert.throws(() => requireProgram(context, 'firn-none'), /skipped/));
    requiring('other', () => assert.throws(() => requireProgram(fake().context, 'firn-none'), /skipped/));
    assert.deepEqual(diary, ['tests (skipped: no program firn-none)']);
    for (const names of ['x, firn-none', 'all']) {
      requiring(names, () =>
        assert.throws(() => requireProgram(context, 'firn-none'), /FIRN_TEST_REQUIRE lists it/),
      );
    }
  });
});
