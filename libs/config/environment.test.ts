import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import {
  environmentOptions,
  environmentSecrets,
  searchPath,
  temporaryRoot,
  terminalFacts,
  testRequirements,
  type Environment,
} from '#config';

describe('the environment', () => {
  it('has a variable for every option', () => {
    const options = environmentOptions({
      FIRN_PATH_TO_BACKUP: '/srv/data',
      FIRN_MAX_SEGMENT_SIZE: '8MiB',
      FIRN_MAX_LEVEL: '3',
      FIRN_RESTART_ALWAYS_LEVEL: '0.5',
      FIRN_DRY_RUN: 'yes',
      FIRN_ONE_FILE_SYSTEM: 'OFF',
      FIRN_EXCLUDE: '*.tmp\n\nlost+found',
      FIRN_BANDWIDTH_LIMIT: '5MiB/s',
      FIRN_PRIORITY: 'lowest',
      FIRN_ACTION: 'admin',
      FIRN_RESTORE_FROM_DATE: '2026-11-20T00:00:00Z',
      FIRN_CONTAINER: '',
      PATH_TO_BACKUP: '/nothing',
    });
    assert.deepEqual(options, {
      pathToBackup: '/srv/data',
      maxSegmentSize: 8 * 1024 * 1024,
      maxLevel: 3,
      restartAlwaysLevel: 0.5,
      dryRun: true,
      oneFileSystem: false,
      exclude: ['*.tmp', 'lost+found'],
      bandwidthLimit: 5 * 1024 * 1024,
      priority: { nice: 19, idleIo: true },
      action: 'prune',
      restoreFromDate: new Date('2026-11-20T00:00:00Z'),
    });
  });

  it('has the opposite of an option too', () => {
    assert.deepEqual(environmentOptions({ FIRN_INCREMENTAL: 'no' }), { noIncremental: true });
  });

  it('gives secrets that do not show', () => {
    const secrets = environmentSecrets({
      FIRN_PASSPHRASE: 'a b',
      FIRN_NEW_PASSPHRASE: '',
      FIRN_RECOVERY_KEY: 'K-1',
    });
    assert.equal(JSON.stringify(secrets), '{"passphrase":"***","recoveryKey":"***"}');
    assert.equal(secrets.passphrase?.reveal(), 'a b');
    assert.equal(secrets.recoveryKey?.reveal(), 'K-1');
  });

  const bad: readonly [Environment, string][] = [
    [{ FIRN_MAX_LEVEL: 'three' }, 'FIRN_MAX_LEVEL: "three" is not a whole number of 0 or more'],
    [{ FIRN_MAX_LEVEL: '-1' }, 'FIRN_MAX_LEVEL: "-1" is not a whole number of 0 or more'],
    [{ FIRN_MAX_LEVEL: '1.5' }, 'FIRN_MAX_LEVEL: "1.5" is not a whole number of 0 or more'],
    [{ FIRN_COMPRESSION_LEVEL: '23' }, 'FIRN_COMPRESSION_LEVEL: "23" is not a whole number of 0 to 22'],
    [{ FIRN_DRY_RUN: 'maybe' }, 'FIRN_DRY_RUN: "maybe" is neither yes nor no'],
    [{ FIRN_INCREMENTAL: 'often' }, 'FIRN_INCREMENTAL: "often" is neither yes nor no'],
    [
      { FIRN_COMPRESSION: 'zsdt' },
      'FIRN_COMPRESSION: "zsdt" (did you mean "zstd"?) is not one of zstd, gzip, bzip2, xz, none',
    ],
    [{ FIRN_OVERWRITE: 'sometimes' }, 'FIRN_OVERWRITE: "sometimes" is not one of never, if-newer, always'],
    [{ FIRN_PRIORITY: 'high' }, 'FIRN_PRIORITY: "high" is not one of normal, low, lowest'],
    [{ FIRN_MAX_SEGMENT_SIZE: '1KiB' }, 'FIRN_MAX_SEGMENT_SIZE: "1KiB" is not between 4KiB and 4GiB'],
    [
      { FIRN_MAX_SEGMENT_SIZE: 'big' },
      'FIRN_MAX_SEGMENT_SIZE: "big" is not a size such as 64MiB, 500MB or 1048576',
    ],
    [
      { FIRN_BANDWIDTH_LIMIT: '0' },
      'FIRN_BANDWIDTH_LIMIT: 0 would stand still; leave the option out for no limit',
    ],
    [{ FIRN_REMOVE_OLDER_THAN: '0' }, 'FIRN_REMOVE_OLDER_THAN: "0" is not a number of days above 0'],
    [{ FIRN_KEEP_LAST: '0' }, 'FIRN_KEEP_LAST: "0" is not a whole number of 1 or more'],
    [{ FIRN_REMOVE_FROM_DATE: '2026-02-30' }, 'FIRN_REMOVE_FROM_DATE: there is no date "2026-02-30"'],
    [{ FIRN_BACKUP_NAME: ' ' }, 'FIRN_BACKUP_NAME: is empty'],
    [{ FIRN_BACKUP_NAME: 'a\nb' }, 'FIRN_BACKUP_NAME: "a\\nb" has a control character or line break'],
    [{ FIRN_CONTAINER: 'a\0b' }, 'FIRN_CONTAINER: "a\\u0000b" has a zero byte'],
    [
      { FIRN_ACTION: 'backupp' },
      'FIRN_ACTION: "backupp" (did you mean "backup"?) is not one of ' +
        'backup, restore, list, ls, cat, verify, info, exec, prune, hold, key, storage, copy',
    ],
    [
      { FIRN_KEEP_LAST: 'x', FIRN_MAX_LEVEL: 'y' },
      'FIRN_MAX_LEVEL: "y" is not a whole number of 0 or more; FIRN_KEEP_LAST: "x" is not a whole number of 1 or more',
    ],
    [
      { FIRN_MAX_LEVEL: 'x'.repeat(200) },
      `FIRN_MAX_LEVEL: "${'x'.repeat(58)}… is not a whole number of 0 or more`,
    ],
  ];
  for (const [env, message] of bad) {
    it(`is refused: ${message}`, () => {
      assert.throws(
        () => environmentOptions(env),
        (error) => {
          assert.ok(isFailure(error, 'input.invalid'));
          assert.equal(error.message, message);
          return true;
        },
      );
    });
  }

  const commands: readonly [string, readonly string[]][] = [
    ['tar --version', ['tar', '--version']],
    [`  echo  'a  b' "c d"e\\ f `, ['echo', 'a  b', 'c de f']],
    [`sh -c 'a | b > $c'`, ['sh', '-c', 'a | b > $c']],
    [`x "" '' "\\"q\\" \\n"`, ['x', '', '', '"q" \\n']],
    ['x a\\|b *', ['x', 'a|b', '*']],
  ];
  for (const [line, argv] of commands) {
    it(`splits the command ${line} into words`, () => {
      assert.deepEqual(environmentOptions({ FIRN_COMMAND: line }).command, argv);
    });
  }

  const only = 'that only a shell understands; use ["sh", "-c", "…"]';
  const badCommands: readonly [string, string][] = [
    ['a | b', `"a | b" has a "|" ${only}`],
    ['a > b', `"a > b" has a ">" ${only}`],
    ['a; b', `"a; b" has a ";" ${only}`],
    ['echo $HOME', `"echo $HOME" has a "$" ${only}`],
    ['echo "$HOME"', `"echo \\"$HOME\\"" has a "$" ${only}`],
    [`echo 'a`, `"echo 'a" has a quote that is not closed`],
    ['a \\', '"a \\\\" ends with a backslash'],
    [`"" a`, 'names no program'],
  ];
  for (const [line, message] of badCommands) {
    it(`refuses the command ${line}`, () => {
      assert.throws(() => environmentOptions({ FIRN_COMMAND: line }), {
        message: `FIRN_COMMAND: ${message}`,
      });
    });
  }

  it('tells where programs are, without empty places', () => {
    assert.deepEqual(searchPath({ PATH: '/usr/bin::/bin:' }), ['/usr/bin', '/bin']);
    assert.deepEqual(searchPath({}), []);
  });

  it('tells what kind of terminal it is', () => {
    assert.deepEqual(terminalFacts({}), { noColor: false, term: undefined, ci: false });
    assert.deepEqual(terminalFacts({ NO_COLOR: '1', TERM: 'xterm', CI: 'true' }), {
      noColor: true,
      term: 'xterm',
      ci: true,
    });
    assert.deepEqual(terminalFacts({ NO_COLOR: '', TERM: 'dumb', CI: 'False' }), {
      noColor: true,
      term: 'dumb',
      ci: false,
    });
  });

  it('tells what a test run must not skip', () => {
    assert.deepEqual(
      [...testRequirements({ FIRN_TEST_REQUIRE: 'root, xattr acl' })],
      ['root', 'xattr', 'acl'],
    );
    assert.equal(testRequirements({}).size, 0);
  });

  it('tells where temporary files go', () => {
    assert.equal(temporaryRoot({ TMPDIR: '/var/tmp' }), '/var/tmp');
    assert.equal(temporaryRoot({ TMPDIR: 'relative' }), tmpdir());
    assert.equal(temporaryRoot({}), tmpdir());
  });
});
