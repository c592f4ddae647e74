import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { canonicalArguments } from '#config';

describe('a command line in the words of Freezer', () => {
  const table: readonly { given: string; ours: string }[] = [
    { given: 'backup --path-to-backup /srv --json', ours: 'backup --path-to-backup /srv --json' },
    { given: '--action backup --path_to_backup /srv -N x', ours: 'backup --path-to-backup /srv -N x' },
    { given: '--action=admin --remove_older_than=30', ours: 'prune --remove-older-than=30' },
    { given: 'backup --mode fs --nosync --sync --upload-limit -1', ours: 'backup --upload-limit -1' },
    { given: 'backup --engine-name rsync', ours: 'backup --engine rsync' },
    { given: 'backup --noincremental --compress gzip', ours: 'backup --no-incremental --compression gzip' },
    { given: 'backup --incremental', ours: 'backup --incremental' },
    { given: '--action restore --overwrite --json', ours: 'restore --overwrite=always --json' },
    { given: 'restore --json --overwrite', ours: 'restore --json --overwrite=always' },
    { given: 'restore --overwrite never', ours: 'restore --overwrite never' },
    { given: 'backup --exclude --mode --dry_run', ours: 'backup --exclude --mode --dry-run' },
    { given: 'backup --dry_run mode', ours: 'backup --dry-run mode' },
    { given: 'exec -- x --dry_run --mode mysql', ours: 'exec -- x --dry_run --mode mysql' },
    { given: 'backup --unheard_of x', ours: 'backup --unheard_of x' },
    { given: '--action dance', ours: 'dance' },
    { given: 'cat 2026 mode --quiet', ours: 'cat 2026 mode --quiet' },
  ];
  for (const { given, ours } of table) {
    it(`reads ${given}`, () => assert.deepEqual(canonicalArguments(given.split(' ')), ours.split(' ')));
  }

  it('describes a storage', () => {
    assert.deepEqual(
      canonicalArguments(['list', '--storage', 'ssh', '--ssh-host', 'nas', '--ssh_port=2222', '-C', '/b']),
      ['list', '--storage', 'ssh', '--storage-option=host=nas', '--storage-option=port=2222', '-C', '/b'],
    );
  });

  it('is refused with everything in it that Firn cannot do', () => {
    assert.throws(
      () => canonicalArguments(['backup', '--mode', 'mysql', '--ssh_password=hunter2', '--insecure']),
      (error) => {
        assert.ok(isFailure(error, 'input.invalid'));
        assert.equal(
          error.message,
          '--mode: "mode" is a Freezer option that Firn does not have yet (of its values only "fs"); ' +
            '--ssh_password: secrets do not belong here; write it into a file and give --storage-option passwordFile=FILE; ' +
            '--insecure: "insecure" is a Freezer option that Firn does not have yet',
        );
        return true;
      },
    );
  });
});
