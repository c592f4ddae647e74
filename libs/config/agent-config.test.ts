import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { inspect } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { isFailure, type FailureCode } from '#kernel';
import { agentConfig, agentOptionProblems, type AgentAction, type AgentConfigRequest } from '#config';

const MiB = 1024 * 1024;
const ENOUGH = { pathToBackup: '/srv', backupName: 'n', container: ['/c'] };
let directory: string;

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

async function refuses(
  request: AgentConfigRequest<AgentAction>,
  code: FailureCode,
  message: string,
): Promise<void> {
  await assert.rejects(agentConfig({ env: {}, ...request }), (error) => {
    assert.ok(isFailure(error, code), String(error));
    assert.equal(error.message.replaceAll(`${directory}/`, ''), message);
    return true;
  });
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'firn-config-'));
});
after(() => rm(directory, { recursive: true, force: true }));

describe('the config of the agent', () => {
  it('has a value for everything that has a default', async () => {
    const config = await agentConfig({ action: 'backup', commandLine: ENOUGH, env: { TMPDIR: '/var/tmp' } });
    const { origins, concurrency, cacheDir, ...rest } = config;
    assert.ok(concurrency >= 2 && concurrency <= 8);
    assert.ok(isAbsolute(cacheDir));
    assert.deepEqual(rest, {
      action: 'backup',
      pathToBackup: '/srv',
      backupName: 'n',
      container: ['/c'],
      hostname: hostname(),
      storage: undefined,
      storageOption: undefined,
      storagesFile: undefined,
      storages: [{ name: 'local', kind: 'local', settings: { container: '/c' }, place: '--storage' }],
      encryptPassFile: undefined,
      engine: 'tar',
      compression: 'zstd',
      compressionLevel: undefined,
      maxSegmentSize: 64 * MiB,
      queueSize: undefined,
      memoryLimit: undefined,
      noIncremental: false,
      noResume: false,
      maxLevel: undefined,
      alwaysLevel: undefined,
      restartAlwaysLevel: undefined,
      exclude: [],
      label: [],
      excludeFile: [],
      oneFileSystem: false,
      dereferenceSymlink: 'none',
      metadataOut: undefined,
      dryRun: false,
      bandwidthLimit: undefined,
      uploadLimit: undefined,
      downloadLimit: undefined,
      requireCopies: undefined,
      priority: { nice: 0, idleIo: false },
      workDir: '/var/tmp',
      config: undefined,
      json: false,
      quiet: false,
      verbose: false,
      logFile: undefined,
      secrets: {},
    });
    assert.deepEqual(origins['compression'], { source: 'default', place: 'default', shown: 'zstd' });
  });

  it('is typed by its action, so that nobody asks again for what is sure', async () => {
    const env = {
      FIRN_CONTAINER: '/c',
      FIRN_RESTORE_ABS_PATH: '/t',
      FIRN_BACKUP_NAME: 'n',
      FIRN_COMMAND: 'true',
    };
    const restore = await agentConfig({ action: 'restore', env });
    const target: string = restore.restoreAbsPath;
    const exec = await agentConfig({ action: 'exec', env });
    const program: string | undefined = exec.command[0];
    assert.deepEqual([target, program], ['/t', 'true']);
    assert.ok(!('container' in exec));
  });

  it('means all hosts where nothing is written, and this one elsewhere', async () => {
    const env = { FIRN_CONTAINER: '/c', FIRN_KEEP_LAST: '1' };
    assert.equal((await agentConfig({ action: 'list', env })).hostname, undefined);
    assert.equal((await agentConfig({ action: 'prune', env })).hostname, hostname());
  });

  it('takes the command line before the environment, that before the file, and that before defaults', async () => {
    const path = await file(
      'order.ini',
      '[a]\ncompression = gzip\nmax_level = 1\nbackup_name = file\nexclude = f\n',
    );
    const { origins, ...config } = await agentConfig({
      action: 'backup',
      commandLine: { 'path-to-backup': '/srv', container: '/c', config: path, backup_name: 'line' },
      env: { FIRN_MAX_LEVEL: '2', FIRN_BACKUP_NAME: 'environment' },
    });
    const { compression, maxLevel, backupName, engine, exclude } = config;
    assert.deepEqual(
      { compression, maxLevel, backupName, engine, exclude },
      {
        ...{ compression: 'gzip', maxLevel: 2, backupName: 'line', engine: 'tar', exclude: ['f'] },
      },
    );
    assert.deepEqual(
      ['compression', 'maxLevel', 'backupName', 'engine'].map((key) => [
        origins[key]?.source,
        origins[key]?.place,
      ]),
      [
        ['config file', `${path} line 2, compression`],
        ['environment', 'FIRN_MAX_LEVEL'],
        ['command line', '--backup-name'],
        ['default', 'default'],
      ],
    );
  });

  it('finds its file by the environment too, and its action in the file', async () => {
    const path = await file(
      'job.ini',
      '[action]\naction = restore\nrestore_abs_path = /t\ncontainer = /c\noverwrite = True\nbackup_name = n\n',
    );
    const config = await agentConfig({ env: { FIRN_CONFIG: path } });
    assert.equal(config.action, 'restore');
    assert.ok(config.action === 'restore' && config.overwrite === 'always' && config.restoreAbsPath === '/t');
  });

  it('does the action of the command line, whatever the file says', async () => {
    const path = await file('other.ini', '[a]\naction = backup\npath_to_backup = /srv\ncontainer = /c\n');
    const config = await agentConfig({ action: 'list', commandLine: { config: path }, env: {} });
    assert.equal(config.action, 'list');
  });

  it('lets a strong place overrule what cannot go with it in a weak one', async () => {
    const path = await file(
      'levels.ini',
      '[a]\nmax_level = 3\nrestart_always_level = 7\ncompression_level = 9\nquiet = yes\n',
    );
    const commandLine = { ...ENOUGH, config: path, noIncremental: true, compression: 'none', verbose: true };
    const config = await agentConfig({ action: 'backup', commandLine, env: {} });
    const { noIncremental, maxLevel, restartAlwaysLevel, compressionLevel, quiet, verbose } = config;
    assert.deepEqual([noIncremental, maxLevel, restartAlwaysLevel], [true, undefined, undefined]);
    assert.deepEqual([compressionLevel, quiet, verbose], [undefined, false, true]);
  });

  it('lets what goes together stand together', async () => {
    const env = {
      FIRN_CONTAINER: '/c',
      FIRN_RESTORE_ABS_PATH: '/t',
      FIRN_RESTORE_FROM_DATE: '2026-11-20T00:00Z',
    };
    const dated = await agentConfig({ action: 'restore', commandLine: { backupId: 'latest' }, env });
    assert.deepEqual([dated.backupId, dated.restoreFromDate], ['latest', new Date('2026-11-20T00:00Z')]);
    const named = await agentConfig({ action: 'restore', commandLine: { backupId: '2026' }, env });
    assert.deepEqual([named.backupId, named.restoreFromDate], ['2026', undefined]);
    const alone = await agentConfig({
      action: 'ls',
      commandLine: { container: '/c', backupId: '2026' },
      env: {},
    });
    assert.equal(alone.backupId, '2026');
  });

  it('cannot be changed', async () => {
    const config = await agentConfig({
      action: 'backup',
      commandLine: { ...ENOUGH, exclude: ['a'] },
      env: {},
    });
    assert.throws(() => Object.assign(config, { container: '/other' }), TypeError);
    assert.throws(() => (config.exclude as string[]).push('b'), TypeError);
    assert.throws(() => Object.assign(config.priority, { nice: 5 }), TypeError);
    assert.throws(() => Object.assign(config.origins, { x: 1 }), TypeError);
  });
});

describe('the passphrase', () => {
  it('is the first line of the file, without its end', async () => {
    for (const [text, passphrase] of [
      ['a b\n', 'a b'],
      ['a\r\nb', 'a'],
      ['ä'.repeat(3), 'äää'],
      [' x \n', ' x '],
    ] as const) {
      const encryptPassFile = await file('pass', text);
      const { secrets, origins } = await agentConfig({
        action: 'list',
        commandLine: { container: '/c', encryptPassFile },
        env: {},
      });
      assert.equal(secrets.passphrase?.reveal(), passphrase);
      assert.deepEqual(origins['passphrase'], {
        source: 'command line',
        place: '--encrypt-pass-file',
        shown: '***',
      });
    }
  });

  it('comes from the stronger of the two places', async () => {
    const pass = await file('pass', 'from-file');
    const config = await file('pass.ini', `[a]\nencrypt_pass_file = ${pass}\n`);
    const env = { FIRN_PASSPHRASE: 'from-environment', FIRN_CONTAINER: '/c' };
    const weak = await agentConfig({ action: 'info', commandLine: { config }, env });
    const strong = await agentConfig({ action: 'info', commandLine: { config, encryptPassFile: pass }, env });
    assert.equal(weak.secrets.passphrase?.reveal(), 'from-environment');
    assert.equal(weak.origins['passphrase']?.place, 'FIRN_PASSPHRASE');
    assert.equal(strong.secrets.passphrase?.reveal(), 'from-file');
  });

  it('is not shown with the config', async () => {
    const env = { FIRN_PASSPHRASE: 'hunter2', FIRN_NEW_PASSPHRASE: 'hunter3', FIRN_CONTAINER: '/c' };
    const config = await agentConfig({ action: 'key', env });
    assert.doesNotMatch(JSON.stringify(config) + inspect(config, { depth: 9, showHidden: true }), /hunter/);
    assert.equal(config.secrets.newPassphrase?.reveal(), 'hunter3');
  });

  it('is not looked for where nothing is encrypted', async () => {
    const env = { FIRN_COMMAND: 'true', FIRN_ENCRYPT_PASS_FILE: '/nowhere' };
    assert.deepEqual((await agentConfig({ action: 'exec', env })).secrets, {});
  });

  it('is refused when it is empty, missing or given twice', async () => {
    const empty = await file('empty', '\nsecond line');
    const line = (encryptPassFile: string) =>
      ({ action: 'list', commandLine: { container: '/c', encryptPassFile } }) as const;
    await refuses(
      line(empty),
      'key.passphrase-missing',
      'the first line of passphrase file "empty" is empty',
    );
    await refuses(
      line(join(directory, 'none')),
      'input.file-unreadable',
      'cannot read passphrase file "none": there is no such file',
    );
    await refuses(
      { action: 'list', env: { FIRN_CONTAINER: '/c', FIRN_PASSPHRASE: 'a', FIRN_ENCRYPT_PASS_FILE: empty } },
      'input.invalid',
      'FIRN_ENCRYPT_PASS_FILE: excludes FIRN_PASSPHRASE',
    );
  });
});

describe('a config that makes no sense', () => {
  const table: readonly [AgentConfigRequest<AgentAction>, FailureCode, string][] = [
    [
      { action: 'backup' },
      'input.missing-option',
      'path-to-backup is missing; backup-name is missing; container is missing',
    ],
    [
      { action: 'restore' },
      'input.missing-option',
      'container is missing; restore-abs-path is missing; backup-name or backup-id is missing',
    ],
    [{ action: 'exec' }, 'input.missing-option', 'command is missing'],
    [{ action: 'cat', commandLine: { container: '/c' } }, 'input.missing-option', 'backup-id is missing'],
    [
      { action: 'prune', commandLine: { container: '/c' } },
      'input.missing-option',
      'one of remove-older-than, remove-from-date, keep-last, keep-hourly, keep-daily, keep-weekly, keep-monthly, keep-yearly and keep-within is missing',
    ],
    [
      { action: 'backup', commandLine: { ...ENOUGH, maxLevel: '1', alwaysLevel: '2' } },
      'input.invalid',
      '--always-level: excludes max-level',
    ],
    [
      {
        action: 'backup',
        commandLine: { ...ENOUGH, incremental: false, maxLevel: 1, restartAlwaysLevel: 2 },
      },
      'input.invalid',
      '--max-level: makes no sense with no-incremental; --restart-always-level: makes no sense with no-incremental',
    ],
    [
      {
        action: 'backup',
        commandLine: ENOUGH,
        env: { FIRN_COMPRESSION: 'none', FIRN_COMPRESSION_LEVEL: '3' },
      },
      'input.invalid',
      'FIRN_COMPRESSION_LEVEL: makes no sense without compression',
    ],
    [
      { action: 'verify', commandLine: { container: '/c', quiet: true, verbose: true } },
      'input.invalid',
      '--quiet: excludes verbose',
    ],
    [
      { action: 'cat', commandLine: { container: '/c', backupId: '2026', restoreFromDate: '2026-11-20' } },
      'input.invalid',
      '--restore-from-date: excludes backup-id, which already says which one',
    ],
    [
      { action: 'backup', commandLine: { ...ENOUGH, delete: true } },
      'input.unknown-option',
      '--delete: is no option of backup, but of restore',
    ],
    [
      { action: 'backup', commandLine: { ...ENOUGH, max_lvel: 1 } },
      'input.unknown-option',
      '--max-lvel: unknown option "max-lvel" (did you mean "max-level"?)',
    ],
    [
      {
        action: 'backup',
        commandLine: { backupName: '', compression: 'lempel' },
        env: { FIRN_MAX_LEVEL: 'x' },
      },
      'input.invalid',
      'FIRN_MAX_LEVEL: "x" is not a whole number of 0 or more; --backup-name: is empty; ' +
        '--compression: "lempel" is not one of zstd, gzip, bzip2, xz, none; path-to-backup is missing; container is missing',
    ],
    [{ action: 'exec', commandLine: { command: ['', 'x'] } }, 'input.invalid', '--command: names no program'],
    [
      { action: 'exec', commandLine: { command: ['x', ['y']] } },
      'input.invalid',
      '--command: a list is not text',
    ],
    [
      { action: 'list', commandLine: { container: { a: 1 } } },
      'input.invalid',
      '--container: a mapping is not text',
    ],
  ];
  for (const [request, code, message] of table) {
    it(`is refused: ${message}`, () => refuses(request, code, message));
  }

  it('is refused with the line of the file', async () => {
    const path = await file('bad.ini', '[a]\n\nmax_level = three\nkeep_last = 0\n');
    await refuses(
      { action: 'backup', commandLine: { ...ENOUGH, config: path } },
      'input.invalid',
      'bad.ini line 3, max_level: "three" is not a whole number of 0 or more; ' +
        'bad.ini line 4, keep_last: "0" is not a whole number of 1 or more',
    );
  });

  it('can be asked about without files and environment', () => {
    const problems = agentOptionProblems('backup', { ...ENOUGH, maxLevel: 1, noIncremental: true });
    assert.deepEqual(problems, [
      { code: 'input.invalid', path: '--max-level', message: 'makes no sense with no-incremental' },
    ]);
    assert.deepEqual(agentOptionProblems('backup', ENOUGH), []);
  });
});
