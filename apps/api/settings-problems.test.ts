import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ActionSettings } from '#domain';
import { settingsProblems } from './settings-problems.js';

const good = { action: 'backup', path_to_backup: '/etc', backup_name: 'etc', container: '/srv/backups' };

describe('the settings of an action', () => {
  const fine: readonly [why: string, settings: ActionSettings][] = [
    ['Freezer’s spelling', good],
    ['as in the config', { action: 'backup', pathToBackup: '/etc', backupName: 'e', container: '/b' }],
    [
      'as on the command line',
      { action: 'backup', 'path-to-backup': '/', 'backup-name': 'e', container: '/b' },
    ],
    [
      'what Freezer’s jobs say and Firn does anyway',
      { ...good, mode: 'fs', engine_name: 'rsync', snapshot: false },
    ],
    ['numbers and lists of JSON', { ...good, max_level: 3, exclude: ['*.o', '*.tmp'], compression_level: 9 }],
    ['admin, which is prune', { action: 'admin', backup_name: 'e', container: '/b', keep_last: 3 }],
    ['a command', { action: 'exec', command: ['sh', '-c', 'true'] }],
    ['files that only the client has', { ...good, encrypt_pass_file: '/etc/firn/not-on-this-machine' }],
  ];
  for (const [why, settings] of fine) {
    it(`are taken: ${why}`, () => assert.deepEqual(settingsProblems(settings), []));
  }

  const wrong: readonly [why: string, settings: ActionSettings, path: string, message: RegExp][] = [
    ['an unknown name', { ...good, compresion: 'zstd' }, 'compresion', /did you mean "compression"/],
    ['an unknown action', { ...good, action: 'backp' }, 'action', /did you mean "backup"/],
    ['an unknown storage', { ...good, storage: 'locl' }, 'storage', /did you mean "local"/],
    ['a value of the wrong kind', { ...good, max_level: 'many' }, 'max_level', /"many"/],
    [
      'nothing to back up',
      { action: 'backup', backup_name: 'e', container: '/b' },
      'path_to_backup',
      /missing/,
    ],
    ['a container that is no path', { ...good, container: 'backups' }, 'container', /absolute/],
    [
      'a level that the codec has not',
      { ...good, compression: 'gzip', compression_level: 12 },
      'compression_level',
      /1 to 9/,
    ],
    [
      'two that exclude each other',
      { ...good, no_incremental: true, max_level: 2 },
      'max_level',
      /no-incremental/,
    ],
    ['a secret', { ...good, passphrase: 'hunter2' }, 'passphrase', /secrets do not belong here/],
    [
      'a Freezer option that would be half obeyed',
      { ...good, snapshot: true },
      'snapshot',
      /does not have yet/,
    ],
    [
      'an engine that is not there',
      { ...good, engine_name: 'dump' },
      'engine_name',
      /is not one of tar, block/,
    ],
    ['the same twice', { ...good, 'backup-name': 'other' }, 'backup-name', /already given as backup_name/],
  ];
  for (const [why, settings, path, message] of wrong) {
    it(`are refused: ${why}`, () => {
      const problems = settingsProblems(settings);
      const found = problems.find((problem) => problem.path === path);
      assert.ok(found, JSON.stringify(problems));
      assert.match(found.message, message);
      assert.ok(!JSON.stringify(problems).includes('hunter2'));
    });
  }

  it('are refused with everything that is wrong, not only the first', () => {
    const problems = settingsProblems({ storage: 'locl', compresion: 'x', max_level: 'many' });
    assert.deepEqual(problems.map(({ path }) => path).sort(), [
      'backup_name',
      'compresion',
      'container',
      'max_level',
      'path_to_backup',
      'storage',
    ]);
  });
});
