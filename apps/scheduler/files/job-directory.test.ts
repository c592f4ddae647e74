import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { isFailure, systemClock } from '#kernel';
import { isRoot, skipBecause, withTemporaryDirectory } from '#test/support';
import { DiskJobDirectory } from './job-directory.js';

async function names(directory: DiskJobDirectory): Promise<string[]> {
  return (await directory.list()).map(({ name }) => name);
}

function refused(words: RegExp) {
  return (error: unknown) => {
    assert.ok(isFailure(error, 'input.file-unreadable', 'input.file-malformed'), String(error));
    assert.match(error.message, words);
    return true;
  };
}

describe('the jobs directory', () => {
  it('lists job files, and nothing of editors, of copies under way or below', () =>
    withTemporaryDirectory(async (path) => {
      for (const name of [
        'b.yaml',
        'a.json',
        'C.YML',
        '.hidden.json',
        'a.json~',
        '.a.json.swp',
        'a.json.tmp',
        '#a.json#',
        'notes.txt',
      ]) {
        writeFileSync(join(path, name), '{}');
      }
      mkdirSync(join(path, 'sub.json'));
      assert.deepEqual(await names(new DiskJobDirectory(path)), ['C.YML', 'a.json', 'b.yaml']);
    }));

  it('is made when it is missing, and refuses to be listed when it has gone', () =>
    withTemporaryDirectory(async (path) => {
      const directory = new DiskJobDirectory(join(path, 'deep', 'jobs.d'));
      await assert.rejects(
        directory.list(),
        refused(/cannot read jobs directory .*: there is no such file or directory/),
      );
      await directory.create();
      assert.deepEqual(await names(directory), []);
    }));

  it('sees a change of content even where size and time are the same', () =>
    withTemporaryDirectory(async (path) => {
      const file = join(path, 'a.json');
      const directory = new DiskJobDirectory(path);
      const at = new Date('2026-01-01T00:00:00Z');
      writeFileSync(file, '{"a":1}');
      utimesSync(file, at, at);
      const [before] = await directory.list();
      writeFileSync(`${file}.tmp`, '{"a":2}');
      utimesSync(`${file}.tmp`, at, at);
      renameSync(`${file}.tmp`, file);
      const [after] = await directory.list();
      assert.notEqual(before!.stamp, after!.stamp);
      assert.equal((await directory.list())[0]!.stamp, after!.stamp);
    }));

  it('reads a file with its digest, also through a symlink', () =>
    withTemporaryDirectory(async (path) => {
      writeFileSync(join(path, 'real'), 'abc');
      symlinkSync('real', join(path, 'a.json'));
      assert.deepEqual(await new DiskJobDirectory(path).read('a.json'), {
        text: 'abc',
        digest: 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      });
    }));

  it('refuses what is too large, no text, no file, or leads nowhere', () =>
    withTemporaryDirectory(async (path) => {
      const directory = new DiskJobDirectory(path);
      writeFileSync(join(path, 'large.json'), Buffer.alloc((1 << 20) + 1, 'x'));
      writeFileSync(join(path, 'most.json'), Buffer.alloc(1 << 20, 'x'));
      writeFileSync(join(path, 'bytes.json'), Buffer.of(0xff, 0xfe));
      symlinkSync('nowhere', join(path, 'gone.json'));
      symlinkSync('loop.json', join(path, 'loop.json'));
      symlinkSync('/dev/zero', join(path, 'zero.json'));
      assert.equal((await directory.list()).length, 6);
      await assert.rejects(directory.read('large.json'), refused(/has more than 1048576 bytes/));
      assert.equal((await directory.read('most.json')).text.length, 1 << 20);
      await assert.rejects(directory.read('bytes.json'), refused(/line 1, column 1: this is not UTF-8 text/));
      await assert.rejects(directory.read('gone.json'), refused(/there is no such file/));
      await assert.rejects(directory.read('loop.json'), refused(/symlinks run in a circle/));
      await assert.rejects(directory.read('zero.json'), refused(/is no regular file/));
    }));

  it('says that a file may not be read', async function () {
    if (isRoot()) skipBecause(this, 'root may read everything');
    await withTemporaryDirectory(async (path) => {
      writeFileSync(join(path, 'a.json'), '{}');
      chmodSync(join(path, 'a.json'), 0);
      await assert.rejects(new DiskJobDirectory(path).read('a.json'), refused(/permission denied/));
    });
  });

  it('tells soon that something has changed, until nobody wants to know', () =>
    withTemporaryDirectory(async (path) => {
      const directory = new DiskJobDirectory(path);
      const enough = new AbortController();
      const changed = Promise.withResolvers<void>();
      directory.watch(changed.resolve, enough.signal);
      writeFileSync(join(path, 'a.json'), '{}');
      await Promise.race([
        changed.promise,
        systemClock.sleep(10_000).then(() => assert.fail('nothing was told')),
      ]);
      enough.abort(new Error('enough'));
    }));

  it('can be watched where there is nothing', () => {
    new DiskJobDirectory('/nowhere/at/all').watch(() => assert.fail(), new AbortController().signal);
  });
});
