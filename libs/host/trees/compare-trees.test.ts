import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  comparedTrees,
  compareTrees,
  runToEnd,
  systemCommands,
  temporaryDirectory,
  type CompareOptions,
  type TemporaryDirectory,
} from '#host';
import { isFailure } from '#kernel';
import { asNobody, isRoot, makeOddTree, ODD_NAMES, requireProgram } from '#test/support';

type Change = (at: (path: string) => string) => void | Promise<void>;

describe('comparing trees', () => {
  let place: TemporaryDirectory;
  let left: string;
  let right: string;

  beforeEach(async () => {
    place = await temporaryDirectory('firn-compare-');
    [left, right] = [join(place.path, 'left'), join(place.path, 'right')];
    fs.mkdirSync(left);
  });
  afterEach(() => place.remove());

  const run = (program: string, ...args: string[]) => runToEnd(systemCommands, { program, args });
  const copy = () => run('cp', '-a', '--sparse=always', left, right);
  const found = async (options: CompareOptions = {}) =>
    (await comparedTrees(left, right, options)).differences.map(({ path, what }) => `${what} ${path}`);

  /** A tree in which each entry has something that can change. */
  async function makeTree(): Promise<void> {
    const at = (path: string) => join(left, path);
    fs.mkdirSync(at('a/empty'), { recursive: true });
    fs.writeFileSync(at('a/file'), 'content');
    fs.writeFileSync(at('a/large'), randomBytes(2_500_000));
    fs.writeFileSync(at('one'), 'linked');
    fs.linkSync(at('one'), at('two'));
    fs.linkSync(at('one'), at('a/three'));
    fs.symlinkSync('a/file', at('soft'));
    await run('mkfifo', at('fifo'));
    fs.writeFileSync(at('sparse'), 'x');
    fs.truncateSync(at('sparse'), 5_000_000);
    await copy();
  }

  const cases: readonly { why: string; change: Change; found: readonly string[] }[] = [
    { why: 'nothing', change: () => undefined, found: [] },
    { why: 'a file that is missing', change: (at) => fs.rmSync(at('fifo')), found: ['presence fifo'] },
    {
      why: 'a file too many',
      change: (at) => fs.writeFileSync(at('a/empty/more'), ''),
      found: ['presence a/empty/more'],
    },
    {
      why: 'a directory that is missing, its top only',
      change: (at) => fs.rmSync(at('a'), { recursive: true }),
      found: ['presence a'],
    },
    {
      why: 'another type',
      change: (at) => remade(at('soft'), (path) => fs.mkdirSync(path)),
      found: ['type soft'],
    },
    { why: 'permissions', change: (at) => fs.chmodSync(at('a/file'), 0o4711), found: ['mode a/file'] },
    { why: 'permissions of the root', change: (at) => fs.chmodSync(at('.'), 0o1711), found: ['mode .'] },
    { why: 'a byte', change: (at) => rewrite(at('a/file'), 'cOntent'), found: ['content a/file'] },
    {
      why: 'the last byte of a large file',
      change: (at) => flip(at('a/large'), 2_499_999),
      found: ['content a/large'],
    },
    { why: 'the length', change: (at) => rewrite(at('a/file'), 'content.'), found: ['size a/file'] },
    {
      why: 'a target',
      change: (at) => remade(at('soft'), (path) => fs.symlinkSync('a/filE', path)),
      found: ['link soft'],
    },
    {
      why: 'a link that is a file of its own',
      change: (at) => remade(at('two'), (path) => fs.writeFileSync(path, 'linked')),
      found: ['hard-links two'],
    },
    {
      why: 'a link that joins too much',
      change: (at) => remade(at('a/file'), (path) => fs.linkSync(at('one'), path)),
      found: ['size a/file', 'hard-links a/three', 'hard-links one', 'hard-links two'],
    },
    {
      why: 'holes that were filled',
      change: (at) => fs.writeFileSync(at('sparse'), fs.readFileSync(at('sparse'))),
      found: ['holes sparse'],
    },
  ];
  for (const { why, change, found: expected } of cases) {
    it(`finds ${why}`, async () => {
      await makeTree();
      await change((path) => join(right, path));
      assert.deepEqual(await found({ mtimes: 'none', sparse: true }), expected);
    });
  }

  it('counts what it has compared', async () => {
    await makeTree();
    const { entries, files, bytes, count } = await comparedTrees(left, right);
    // The root, a, a/empty, a/file, a/large, a/three, one, two, soft, fifo, sparse.
    assert.deepEqual(
      { entries, files, bytes, count },
      { entries: 11, files: 4, bytes: 7 + 2_500_000 + 6 + 5_000_000, count: 0 },
    );
  });

  it('finds a modification time that is a nanosecond off, and leaves out those that do not count', async () => {
    fs.mkdirSync(join(left, 'directory'));
    fs.writeFileSync(join(left, 'file'), '');
    await copy();
    for (const name of ['directory', 'file']) {
      await run('touch', '-d', '@-1.000000001', join(left, name));
      await run('touch', '-d', '@-1.000000002', join(right, name));
    }
    assert.deepEqual(await found(), ['mtime directory', 'mtime file']);
    assert.deepEqual(await found({ mtimes: 'not-of-directories' }), ['mtime file']);
    assert.deepEqual(await found({ mtimes: 'none' }), []);
    const { differences } = await comparedTrees(left, right);
    assert.deepEqual([differences[1]?.left, differences[1]?.right], ['-1000000001', '-1000000002']);
  });

  it('finds owners and device numbers, as root', async function () {
    if (!isRoot()) return this.skip();
    fs.writeFileSync(join(left, 'file'), '');
    if ((await run('mknod', join(left, 'device'), 'b', '7', '70000')).exit.code !== 0) return this.skip();
    await copy();
    fs.rmSync(join(right, 'device'));
    await run('mknod', join(right, 'device'), 'b', '7', '70001');
    fs.chownSync(join(right, 'file'), 0, 3_000_000_000);
    const { differences } = await comparedTrees(left, right, { mtimes: 'none' });
    assert.deepEqual(differences, [
      { path: 'device', what: 'device', left: '7:70000', right: '7:70001' },
      { path: 'file', what: 'owner', left: '0:0', right: '0:3000000000' },
    ]);
    assert.deepEqual(await found({ mtimes: 'none', ignoreOwners: true }), ['device device']);
  });

  it('finds attributes and ACLs, under names of any bytes', async function () {
    requireProgram(this, 'setfattr');
    requireProgram(this, 'setfacl');
    const odd = ODD_NAMES.filter((_, n) => n % 3 === 0);
    for (const name of [...odd, Buffer.from('acl')])
      fs.writeFileSync(Buffer.concat([Buffer.from(`${left}/`), name]), '');
    await copy();
    const set = (root: string, value: string) =>
      runToEnd(
        systemCommands,
        { program: 'xargs', args: ['-0', 'setfattr', '-n', 'user.firn', '-v', value] },
        { input: Buffer.concat(odd.flatMap((name) => [Buffer.from(`${root}/`), name, Buffer.of(0)])) },
      );
    if ((await set(left, '0x00ff')).exit.code !== 0) return this.skip();
    await set(right, '0x00fe');
    await run('setfacl', '-m', 'u:65534:r', join(right, 'acl'));
    const { differences, attributes } = await comparedTrees(left, right, {
      mtimes: 'none',
      attributes: 'required',
    });
    assert.ok(attributes);
    const ofAttributes = differences.filter(({ what }) => what === 'attributes');
    assert.equal(ofAttributes.length, odd.length + 1);
    assert.deepEqual(
      ofAttributes.filter(({ path }) => path !== 'acl').map((one) => `${one.left} ${one.right}`),
      odd.map(() => 'user.firn=0x00ff user.firn=0x00fe'),
    );
    const acl = ofAttributes.find(({ path }) => path === 'acl');
    assert.match(`${acl?.left} ${acl?.right}`, /^none system\.posix_acl_access=0x/);
    const ignoreAttributes = ['user.firn', 'system.posix_acl_access'];
    // The mask of an ACL shows in the mode too.
    assert.deepEqual(
      (await found({ mtimes: 'none', ignoreAttributes })).filter((one) => !one.startsWith('mode')),
      [],
    );
    assert.ok((await found({ mtimes: 'none', attributes: 'ignore' })).every((one) => one.startsWith('mode')));
  });

  it('does without attributes where there is no program to read them, unless they are required', async () => {
    await copy();
    const script = `const { comparedTrees } = await import(${JSON.stringify(import.meta.resolve('#host'))});
      const compare = (attributes) => comparedTrees(...${JSON.stringify([left, right])}, { attributes });
      console.log((await compare('if-possible')).attributes);
      await compare('required').catch((error) => console.log(error.code));`;
    const call = { program: process.execPath, args: ['--input-type=module', '-e', script] };
    const { stdout, stderr } = await runToEnd(systemCommands, { ...call, env: { PATH: '/nowhere' } });
    assert.equal(stdout.toString(), 'false\ncommand.missing\n', stderr);
  });

  it('says once that an entry with attributes is missing', async function () {
    requireProgram(this, 'setfattr');
    fs.mkdirSync(join(left, 'directory'));
    fs.writeFileSync(join(left, 'directory/file'), '');
    await copy();
    if ((await run('setfattr', '-n', 'user.firn', '-v', 'x', join(left, 'directory/file'))).exit.code !== 0)
      return this.skip();
    fs.rmSync(join(right, 'directory'), { recursive: true });
    fs.writeFileSync(join(right, 'directory'), '');
    assert.deepEqual(await found({ mtimes: 'none' }), ['type directory']);
  });

  it('finds no difference between an odd tree and a faithful copy of it, and each one that is made', async () => {
    await makeOddTree(left, { asRoot: isRoot() });
    await copy();
    const same = await comparedTrees(left, right, { sparse: true });
    assert.deepEqual(same.differences, []);
    assert.ok(same.entries > 300);
    for (const name of ODD_NAMES)
      fs.writeFileSync(Buffer.concat([Buffer.from(`${right}/names/files/`), name]), 'other');
    const { count } = await comparedTrees(left, right, { mtimes: 'none' });
    assert.equal(count, ODD_NAMES.length);
  });

  it('reports all in the answer up to a number, and counts the rest', async () => {
    for (let n = 0; n < 30; n += 1) fs.writeFileSync(join(left, `f${n}`), '');
    fs.mkdirSync(right);
    const { differences, count } = await comparedTrees(left, right, { mtimes: 'none', most: 7 });
    assert.equal(differences.length, 7);
    assert.equal(count, 30);
  });

  it('shows names that are not UTF-8 as the kernel writes them', async () => {
    fs.writeFileSync(Buffer.concat([Buffer.from(`${left}/`), Buffer.from([0xff, 0x0a])]), '');
    fs.mkdirSync(right);
    assert.deepEqual(await found({ mtimes: 'none' }), ['presence \udcff\n']);
  });

  it('does not follow symlinks, but for the roots', async () => {
    fs.writeFileSync(join(left, 'file'), 'x');
    fs.symlinkSync('/', join(left, 'root'));
    await copy();
    fs.symlinkSync(right, join(place.path, 'to-right'));
    const { entries, count } = await comparedTrees(left, join(place.path, 'to-right'));
    assert.deepEqual([entries, count], [3, 0]);
  });

  it('takes what cannot be read as different', async function () {
    requireProgram(this, 'setpriv');
    fs.writeFileSync(join(left, 'file'), 'x');
    fs.mkdirSync(join(left, 'directory'));
    await copy();
    for (const path of [left, right, place.path]) fs.chmodSync(path, 0o755);
    fs.chmodSync(join(left, 'file'), 0);
    fs.chmodSync(join(right, 'file'), 0);
    for (const root of [left, right]) fs.chmodSync(join(root, 'directory'), 0);
    const script = `const { comparedTrees } = await import(${JSON.stringify(import.meta.resolve('#host'))});
      const { differences } = await comparedTrees(${JSON.stringify(left)}, ${JSON.stringify(right)});
      console.log(differences.map(({ what, path }) => what + ' ' + path).join());`;
    const call = asNobody({ program: process.execPath, args: ['--input-type=module', '-e', script] });
    const { stdout, stderr } = await runToEnd(systemCommands, call);
    for (const root of [left, right]) fs.chmodSync(join(root, 'directory'), 0o700);
    assert.equal(stdout.toString(), 'unreadable directory,unreadable file\n', stderr);
  });

  it('can be called off', async () => {
    await makeTree();
    const reason = new Error('enough');
    const comparison = compareTrees(left, right, {}, AbortSignal.abort(reason));
    await assert.rejects(comparison.next(), (error) => error === reason);
  });

  it('refuses what is no directory', async () => {
    fs.writeFileSync(right, '');
    for (const wrong of [right, join(place.path, 'nowhere')]) {
      await assert.rejects(
        comparedTrees(left, wrong),
        (e) => isFailure(e, 'input.file-unreadable') && e.message.includes(wrong),
      );
    }
  });
});

function remade(path: string, make: (path: string) => void): void {
  fs.rmSync(path);
  make(path);
}

function rewrite(path: string, content: string): void {
  fs.writeFileSync(path, content);
}

function flip(path: string, at: number): void {
  const opened = fs.openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  fs.readSync(opened, byte, 0, 1, at);
  fs.writeSync(opened, Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, at);
  fs.closeSync(opened);
}
