import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { isFailure, type FailureCode } from '#kernel';
import { isRoot, skipBecause, withTemporaryDirectory } from '#test/support';
import { openStateDirectory } from './state-directory.js';

describe('the state directory', () => {
  it('is made, marked, and found again', () =>
    withTemporaryDirectory(async (directory) => {
      const place = join(directory, 'a', 'b');
      assert.equal(await openStateDirectory(place), realpathSync(place));
      assert.equal(readFileSync(join(place, 'firn-state.json'), 'utf8'), '{"version":1}\n');
      writeFileSync(join(place, 'more'), '');
      assert.equal(await openStateDirectory(place), realpathSync(place));
    }));

  it('is named by its real path, so that one directory is one', () =>
    withTemporaryDirectory(async (directory) => {
      mkdirSync(join(directory, 'real'));
      symlinkSync('real', join(directory, 'link'));
      assert.equal(
        await openStateDirectory(join(directory, 'link')),
        await openStateDirectory(join(directory, 'real')),
      );
    }));

  it('lets the account of the database through when root makes it, whatever the umask, and nobody else in', () =>
    withTemporaryDirectory(async (directory) => {
      const before = process.umask(0o077);
      try {
        await openStateDirectory(join(directory, 'a', 'b'));
      } finally {
        process.umask(before);
      }
      for (const path of ['a', 'a/b'])
        assert.equal(statSync(join(directory, path)).mode & 0o777, isRoot() ? 0o711 : 0o700, path);
    }));

  const cases: [string, (directory: string) => void, FailureCode, RegExp][] = [
    [
      'made by a newer Firn',
      (directory) => writeFileSync(join(directory, 'firn-state.json'), '{"version":2}'),
      'platform.state-newer',
      /^".*" was laid out by a newer Firn \(version 2, this one knows 1\)$/,
    ],
    [
      'that holds something else',
      (directory) => writeFileSync(join(directory, 'photo.jpg'), ''),
      'platform.state-unusable',
      /it holds "photo.jpg", and is none of Firn's$/,
    ],
    [
      'whose mark is damaged',
      (directory) => writeFileSync(join(directory, 'firn-state.json'), '{"vers'),
      'platform.state-unusable',
      /its "firn-state.json" is not one of Firn's$/,
    ],
    [
      'whose mark is of another sort',
      (directory) => writeFileSync(join(directory, 'firn-state.json'), '{"version":"one"}'),
      'platform.state-unusable',
      /its "firn-state.json" is not one of Firn's$/,
    ],
  ];
  for (const [what, prepare, code, message] of cases) {
    it(`is not one ${what}`, () =>
      withTemporaryDirectory(async (directory) => {
        prepare(directory);
        await assert.rejects(openStateDirectory(directory), (error) => {
          assert.ok(isFailure(error, code), String(error));
          assert.match(error.message, message);
          return true;
        });
      }));
  }

  it('may be empty, or hold what a platform puts there', () =>
    withTemporaryDirectory(async (directory) => {
      for (const name of ['jobs', 'logs', 'secrets', 'lost+found']) mkdirSync(join(directory, name));
      await openStateDirectory(directory);
    }));

  it('is no file', () =>
    withTemporaryDirectory(async (directory) => {
      writeFileSync(join(directory, 'file'), '');
      for (const path of ['file', 'file/below'])
        await assert.rejects(openStateDirectory(join(directory, path)), (error) =>
          isFailure(error, 'platform.state-unusable'),
        );
    }));

  it('is one that may be written to', function () {
    if (isRoot()) skipBecause(this, 'root may write everywhere');
    return withTemporaryDirectory(async (directory) => {
      chmodSync(directory, 0o500);
      await assert.rejects(openStateDirectory(join(directory, 'state')), /permission denied/);
    });
  });
});
