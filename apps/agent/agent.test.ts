import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure } from '#kernel';
import { parseCommandLine, type ParsedCommandLine } from './command-line.js';
import { counted } from '../process/counted.js';
import { progressText } from './output/progress-line.js';
import { table } from '../process/table.js';
import { relativePath } from './relative-path.js';

const silent = { out: () => undefined, err: () => undefined };

function parsed(...argv: string[]): ParsedCommandLine {
  const result = parseCommandLine(argv, silent);
  assert.notEqual(result, 'answered');
  return result as ParsedCommandLine;
}

describe('the command line', () => {
  it('gives only what was given: no default of the parser overrules a file', () => {
    assert.deepEqual(parsed('backup', '--backup-name', 'x'), {
      action: 'backup',
      options: { backupName: 'x' },
      words: [],
    });
    assert.deepEqual(parsed('--config', 'job.ini'), {
      action: undefined,
      options: { config: 'job.ini' },
      words: [],
    });
  });

  it('collects options that may be repeated', () => {
    assert.deepEqual(parsed('backup', '--exclude', 'a', '--exclude', 'b').options['exclude'], ['a', 'b']);
  });

  it('takes the first word of ls, cat and verify as the backup, and latest where none is given', () => {
    assert.deepEqual(parsed('ls', '2026', 'etc/ssh'), {
      action: 'ls',
      options: { backupId: '2026' },
      words: ['etc/ssh'],
    });
    assert.equal(parsed('cat').options['backupId'], 'latest');
    assert.equal(parsed('verify').options['backupId'], undefined);
  });

  it('understands Freezer', () => {
    const { action, options } = parsed(
      '--action',
      'admin',
      '--remove_older_than=30',
      '--backup_name',
      'x',
      '--mode',
      'fs',
    );
    assert.deepEqual([action, options], ['prune', { removeOlderThan: '30', backupName: 'x' }]);
  });

  for (const [argv, code, words] of [
    [['bakcup'], 'input.invalid', /"bakcup" \(did you mean "backup"\?\)/],
    [['backup', '--exlude', 'x'], 'input.unknown-option', /"--exlude" \(did you mean "--exclude"\?\)/],
    [['backup', '--exclude'], 'input.missing-option', /--exclude/],
    [['list', 'too', 'many'], 'input.invalid', /too many arguments/],
  ] as const) {
    it(`refuses ${argv.join(' ')}`, () => {
      assert.throws(
        () => parseCommandLine(argv, silent),
        (error) => error instanceof Failure && error.code === code && words.test(error.message),
      );
    });
  }
});

describe('a path inside a backup', () => {
  for (const [given, source, expected] of [
    [undefined, '/etc', '.'],
    ['/etc', '/etc', '.'],
    ['/etc/ssh/', '/etc', 'ssh'],
    ['ssh/config', '/etc', 'ssh/config'],
    ['./ssh', '/etc', 'ssh'],
    ['/ssh', '/etc', 'ssh'],
    ['/etcetera', '/etc', 'etcetera'],
    ['/usr', '/', 'usr'],
  ] as const) {
    it(`written ${String(given)} of ${source} is ${expected}`, () =>
      assert.equal(relativePath(given, source), expected));
  }
});

describe('what people see', () => {
  it('of progress is bytes, files, rate and time left, as far as they are known', () => {
    const known = { bytes: 512 * 1024 * 1024, totalBytes: 1024 * 1024 * 1024, files: 1204 };
    assert.equal(
      progressText(known, 2000, true),
      '[############------------]   50%  512.0 MiB of 1.0 GiB  1,204 files  256.0 MiB/s  2.0 s left',
    );
    assert.equal(progressText({ bytes: 1024 }, 1000, false), '1.0 KiB  1.0 KiB/s');
  });

  it('of a table is in columns, numbers to the right', () => {
    assert.deepEqual(
      table(
        ['NAME', 'SIZE'],
        [
          ['a', '1.0 MiB'],
          ['long name', '12 B'],
        ],
      ),
      ['NAME          SIZE', 'a          1.0 MiB', 'long name     12 B'],
    );
  });

  it('of counts is right for one', () => {
    assert.deepEqual(
      [counted(1, 'file'), counted(1204, 'file'), counted(0, 'entry', 'entries')],
      ['1 file', '1,204 files', '0 entries'],
    );
  });
});
