import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { agent, type AgentRun, Fixture, nobodyCanRun, passFile, skipBecause } from '#test/support';

/** The run ended with this exit code and this code of the catalog, and says what to do. */
function refused(run: AgentRun, exit: number, code: string, ...words: readonly RegExp[]): void {
  assert.equal(run.code, exit, JSON.stringify(run.lines) + run.stderr);
  assert.equal(run.failure?.['code'], code);
  assert.ok(String(run.failure?.['hint']).length > 10);
  for (const word of words) assert.match(String(run.failure?.['message']), word);
  assert.equal(run.summary['state'], 'failed');
}

describe('bad input', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  before(() => {
    fixture = new Fixture();
    fixture.write({ file: 'content' });
  });
  after(() => fixture.remove());

  const backupOf = (source: string, ...extra: string[]) =>
    agent(['backup', '--path-to-backup', source, '--backup-name', 'test', ...fixture.where, ...extra]);

  it('refuses a source that is missing, and leaves no container behind', async () => {
    refused(await backupOf(join(fixture.place, 'nowhere')), 5, 'source.missing', /nowhere/);
    assert.equal(existsSync(fixture.container), false);
  });

  it('refuses a relative source', async () => {
    refused(await backupOf('relative/path'), 2, 'source.not-absolute', /relative\/path/);
  });

  it('refuses a source that is a file', async () => {
    refused(await backupOf(join(fixture.source, 'file')), 2, 'source.not-a-directory', /file/);
  });

  it('refuses a source that may not be read', async function () {
    if (!nobodyCanRun()) skipBecause(this, 'this build lies where nobody may not read');
    const closed = join(fixture.place, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o000);
    chmodSync(fixture.place, 0o755);
    const args = [
      'backup',
      '--path-to-backup',
      closed,
      '--backup-name',
      'x',
      '--container',
      join(fixture.place, 'c2'),
    ];
    refused(await agent(args, { asNobody: true }), 4, 'source.unreadable', /closed/);
    chmodSync(closed, 0o700);
  });

  const near: readonly (readonly [title: string, args: readonly string[], code: string, guess: RegExp])[] = [
    ['storage', ['--storage', 'locale'], 'storage.unknown-kind', /"locale" \(did you mean "local"\?\)/],
    ['compression', ['--compression', 'zsdt'], 'input.invalid', /"zsdt" \(did you mean "zstd"\?\)/],
    [
      'option',
      ['--max-leval', '3'],
      'input.unknown-option',
      /"--max-leval" \(did you mean "--max-level"\?\)/,
    ],
  ];
  for (const [title, args, code, guess] of near) {
    it(`names the nearest ${title} to an unknown one`, async () => {
      refused(await backupOf(fixture.source, ...args), 2, code, guess);
    });
  }

  it('names the nearest key, file and line of an unknown key in a job file', async () => {
    const job = join(fixture.place, 'job.ini');
    const lines = [
      '[job]',
      'action = backup',
      `path_to_backup = ${fixture.source}`,
      'backup_name = x',
      'max_leval = 3',
    ];
    writeFileSync(job, [...lines, `container = ${fixture.container}`, ''].join('\n'));
    refused(
      await agent(['--config', job]),
      2,
      'input.unknown-option',
      /max-leval.*max-level/,
      /job\.ini line 5/,
    );
  });

  it('names the nearest action to an unknown one', async () => {
    refused(await agent(['bakcup']), 2, 'input.invalid', /"bakcup" \(did you mean "backup"\?\)/);
  });

  it('names everything that is missing at once', async () => {
    refused(await agent(['backup']), 2, 'input.missing-option', /path-to-backup/, /backup-name/, /container/);
  });

  describe('with an encrypted container', () => {
    before(async () => {
      assert.equal((await fixture.backup()).code, 0);
    });

    it('says at once that a passphrase is wrong, with exit code 4', async () => {
      const other = passFile(fixture.place, 'wrong', 'wrong');
      const wrong = ['--container', fixture.container, '--encrypt-pass-file', other];
      const source = ['--path-to-backup', fixture.source, '--backup-name', 'test'];
      const target = ['--backup-name', 'test', '--restore-abs-path', join(fixture.place, 'target')];
      refused(await agent(['backup', ...source, ...wrong]), 4, 'key.passphrase-wrong');
      refused(await agent(['restore', ...target, ...wrong]), 4, 'key.passphrase-wrong');
      refused(await agent(['verify', ...wrong]), 4, 'key.passphrase-wrong');
      assert.equal(existsSync(join(fixture.place, 'target')), false);
    });

    it('asks for the passphrase when there is none', async () => {
      const where = ['--container', fixture.container];
      const target = ['--backup-name', 'test', '--restore-abs-path', join(fixture.place, 'target')];
      refused(await agent(['restore', ...target, ...where]), 4, 'container.encrypted');
      refused(
        await agent(['backup', '--path-to-backup', fixture.source, '--backup-name', 'test', ...where]),
        4,
        'container.encrypted',
      );
      refused(await agent(['verify', '--read-data', ...where]), 4, 'container.encrypted');
    });

    it('lists and verifies digests without it', async () => {
      assert.equal((await fixture.list()).code, 0);
      assert.equal((await agent(['verify', '--container', fixture.container])).code, 0);
    });

    it('refuses a passphrase for a container that is not encrypted', async () => {
      const plain = join(fixture.place, 'plain');
      const source = ['--path-to-backup', fixture.source, '--backup-name', 'test', '--container', plain];
      assert.equal((await agent(['backup', ...source])).code, 0);
      refused(
        await agent(['backup', ...source, '--encrypt-pass-file', fixture.pass]),
        6,
        'container.not-encrypted',
      );
    });

    it('refuses an id, a path and a target that are not there or not good', async () => {
      const latest = ['--backup-name', 'test', ...fixture.where];
      refused(await fixture.restore('t', ['--backup-id', '2019']), 5, 'backup.missing', /2019/);
      refused(
        await fixture.restore('t', ['--include', 'no/such/path']),
        5,
        'restore.nothing-selected',
        /no\/such\/path/,
      );
      refused(await agent(['ls', 'latest', 'nothing', ...latest]), 5, 'backup.path-missing', /nothing/);
      refused(await agent(['cat', 'latest', '.', ...latest]), 2, 'backup.not-a-file');
      refused(
        await agent(['restore', '--restore-abs-path', 'rel', ...latest]),
        2,
        'restore.target-invalid',
        /rel/,
      );
      writeFileSync(join(fixture.place, 'a file'), '');
      refused(await fixture.restore('a file'), 2, 'restore.target-invalid', /a file/);
    });
  });

  it('refuses a target that may not be written to', async function () {
    if (!nobodyCanRun()) skipBecause(this, 'this build lies where nobody may not read');
    const open = join(fixture.place, 'open');
    const target = join(fixture.place, 'not-yours');
    const source = ['--path-to-backup', fixture.source, '--backup-name', 'test', '--container', open];
    assert.equal((await agent(['backup', ...source])).code, 0);
    mkdirSync(target);
    chmodSync(target, 0o555);
    for (const path of [fixture.place, open]) execFileSync('chmod', ['-R', 'go+rX', path]);
    const run = await agent(
      ['restore', '--backup-name', 'test', '--container', open, '--restore-abs-path', target],
      {
        asNobody: true,
      },
    );
    refused(run, 2, 'restore.target-invalid', /not-yours/);
  });

  it('refuses to make a container where something else is', async () => {
    const full = join(fixture.place, 'full');
    mkdirSync(full);
    writeFileSync(join(full, 'somebody-elses'), '');
    const run = await agent([
      'backup',
      '--path-to-backup',
      fixture.source,
      '--backup-name',
      'x',
      '--container',
      full,
    ]);
    refused(run, 6, 'container.not-empty', /somebody-elses/);
  });

  it('says where a container is missing', async () => {
    refused(await agent(['list', '--container', join(fixture.place, 'none')]), 5, 'container.missing');
  });
});
