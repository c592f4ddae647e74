import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { isFailure, type FailureCode } from '#kernel';
import { readConfigFile } from '#config';
import { configFileSettings } from './config-file.js';

let directory: string;

async function file(name: string, text: string | Buffer): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

async function optionsIn(name: string, text: string): Promise<Readonly<Record<string, unknown>>> {
  return (await readConfigFile(await file(name, text))).options;
}

async function refuses(path: string, code: FailureCode, message: string): Promise<void> {
  await assert.rejects(readConfigFile(path), (error) => {
    assert.ok(isFailure(error, code), String(error));
    assert.equal(error.message.replaceAll(`${directory}/`, ''), message);
    return true;
  });
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'firn-config-'));
});
after(() => rm(directory, { recursive: true, force: true }));

describe('a config file', () => {
  const wanted = { pathToBackup: '/srv/data', maxLevel: '3', exclude: ['*.tmp', 'lost+found'], dryRun: true };

  it('can be JSON', async () => {
    const text =
      '{\n\t"path-to-backup": "/srv/data",\n\t"max_level": 3, "dryRun": true,\n"exclude": ["*.tmp", "lost+found"]}';
    assert.deepEqual(await optionsIn('job.json', text), wanted);
  });

  it('can be YAML', async () => {
    const text =
      '# a job\npath-to-backup: /srv/data\nmax_level: 3\nexclude:\n  - "*.tmp"\n  - lost+found\ndryRun: true\n';
    assert.deepEqual(await optionsIn('job.yaml', text), wanted);
  });

  it('can be INI', async () => {
    const text =
      '[default]\npath-to-backup = /srv/data\nmax_level: 3\nexclude =\n  *.tmp\n  lost+found\ndry_run = True\n';
    assert.deepEqual(await optionsIn('job.ini', text), { ...wanted, exclude: '*.tmp\nlost+found' });
  });

  it('is recognised by its content when its name says nothing', async () => {
    assert.deepEqual(await optionsIn('a.conf', '\ufeff\n{"max_level": 3}'), { maxLevel: '3' });
    assert.deepEqual(await optionsIn('b.conf', '# x\n[action]\nmax_level = 3'), { maxLevel: '3' });
    assert.deepEqual(await optionsIn('c.conf', 'max_level = 3'), { maxLevel: '3' });
    assert.deepEqual(await optionsIn('d.conf', '# x\nmax-level: 3'), { maxLevel: '3' });
    assert.deepEqual(await optionsIn('e', '; x\r\n[a]\r\nmax_level=3\r\n'), { maxLevel: '3' });
  });

  it('may be empty', async () => {
    for (const name of ['empty.yaml', 'empty.ini', 'empty'])
      assert.deepEqual(await optionsIn(name, '\n'), {});
    assert.deepEqual(await optionsIn('empty.json', '{}'), {});
  });

  it('gives text as it is written, also when it looks like a number', async () => {
    assert.deepEqual(await optionsIn('n.yaml', 'backup-name: 007\nhostname: 1e3\nexclude: [0x10]'), {
      backupName: '007',
      hostname: '1e3',
      exclude: ['0x10'],
    });
  });

  it('leaves out what is said to be none', async () => {
    assert.deepEqual(await optionsIn('f.json', '{"max_level": false, "exclude": null, "dry_run": false}'), {
      dryRun: false,
    });
    assert.deepEqual(
      await optionsIn(
        'f.ini',
        '[a]\nmax_level = False\nexclude = None\nlog_file =\noverwrite = False\nmax_segment_size = false\n',
      ),
      { overwrite: false },
    );
  });

  it('can be what another program writes at this moment', async function () {
    await assert.rejects(readConfigFile('/dev/zero'), /has more than 1048576 bytes/);
  });
});

describe('an INI file as Freezer writes it', () => {
  it('is one flat list of options, whatever its sections are called', async () => {
    const text = [
      '[action]',
      'action = backup',
      'path_to_backup = /var/lib/%s 100%',
      'backup_name: nightly # not a comment',
      '; a comment',
      'mode = fs',
      'engine_name = tar',
      'snapshot = False',
      'sync = True',
      'proxy =',
      'insecure = False',
      'max_segment_size = 33554432',
      '[other]',
      'incremental = true',
      'one_file_system = True',
      'storage = local',
      'Container = /srv/backups',
    ].join('\n');
    assert.deepEqual(await optionsIn('freezer.ini', text), {
      action: 'backup',
      pathToBackup: '/var/lib/%s 100%',
      backupName: 'nightly # not a comment',
      maxSegmentSize: '33554432',
      noIncremental: false,
      oneFileSystem: true,
      storage: 'local',
      container: '/srv/backups',
      engine: 'tar',
    });
  });

  it('lets a later section win', async () => {
    assert.deepEqual(await optionsIn('l.ini', '[a]\nmax_level = 1\n[b]\nmax-level = 2\n'), { maxLevel: '2' });
  });

  it('may describe one storage in a section of its own', async () => {
    const text = '[storage:disk]\nstorage = local\ncontainer = /srv/a\n[default]\nmax_level = 2\n';
    const { byKey, storages } = await configFileSettings(await file('s.ini', text));
    assert.deepEqual([...byKey.keys()], ['maxLevel']);
    const place = join(directory, 's.ini [storage:disk]');
    assert.deepEqual(storages, [{ name: 'disk', kind: 'local', settings: { container: '/srv/a' }, place }]);
  });

  it('may describe several storages, in its words or in ours', async () => {
    const text = [
      '[storage:a]\nstorage = ssh\nssh_host = nas\nssh_username = firn\nssh_key = /k\ncontainer = /a',
      '[storage:b]\nkind = s3\naccess_key = id\nsecret-access-key-file = /s\ncontainer = b/c\n',
    ].join('\n');
    const { storages, problems } = await configFileSettings(await file('several.ini', text));
    assert.deepEqual(problems, []);
    assert.deepEqual(
      storages.map(({ name, kind, settings }) => ({ name, kind, settings })),
      [
        {
          name: 'a',
          kind: 'ssh',
          settings: { host: 'nas', user: 'firn', privateKeyFile: '/k', container: '/a' },
        },
        {
          name: 'b',
          kind: 's3',
          settings: { accessKeyId: 'id', secretAccessKeyFile: '/s', container: 'b/c' },
        },
      ],
    );
  });

  it('is refused with all options that Firn does not have', async () => {
    await refuses(
      await file(
        'foreign.ini',
        '[a]\nmode = mysql\nproxy = http://p:1\nssh_password = hunter2\nsnapshot = true\n',
      ),
      'input.invalid',
      'foreign.ini line 2: "mode" is a Freezer option that Firn does not have yet (of its values only "fs"); ' +
        'foreign.ini line 3: "proxy" is a Freezer option that Firn does not have yet; ' +
        'foreign.ini line 4: secrets do not belong here; write it into a file and give --storage-option passwordFile=FILE; ' +
        'foreign.ini line 5: "snapshot" is a Freezer option that Firn does not have yet',
    );
  });
});

describe('a bad config file', () => {
  const secrets =
    'secrets do not belong here; write the passphrase into a file and name it with encrypt-pass-file, or set FIRN_PASSPHRASE';
  const table: readonly [name: string, text: string, code: FailureCode, message: string][] = [
    ['a.json', '{"a": x}', 'input.file-malformed', 'a.json, line 1, column 7: unexpected "x" in JSON'],
    [
      'b.json',
      '{\n  "max-level": 3,\n}',
      'input.file-malformed',
      'b.json, line 3, column 1: unexpected "}" in JSON',
    ],
    [
      'c.json',
      '{"a": "b',
      'input.file-malformed',
      'c.json, line 1, column 9: unexpected the end of the file in JSON',
    ],
    ['d.json', '{} {}', 'input.file-malformed', 'd.json, line 1, column 4: unexpected "{" in JSON'],
    [
      'e.json',
      '',
      'input.file-malformed',
      'e.json, line 1, column 1: unexpected the end of the file in JSON',
    ],
    ['f.json', '[1]', 'input.file-malformed', 'f.json, line 1, column 1: expected options with their values'],
    [
      'g.json',
      '{"json": true,\n "json": true}',
      'input.file-malformed',
      'g.json, line 2, column 2: map keys must be unique',
    ],
    ['a.yaml', 'a: b\nc: "d\n', 'input.file-malformed', 'a.yaml, line 3, column 1: missing closing "quote'],
    [
      'b.yaml',
      'just words',
      'input.file-malformed',
      'b.yaml, line 1, column 1: expected options with their values',
    ],
    [
      'c.yaml',
      'a: [b',
      'input.file-malformed',
      'c.yaml, line 1, column 6: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'd.yaml',
      '? [a]\n: b',
      'input.file-malformed',
      'd.yaml, line 1, column 1: expected the name of an option',
    ],
    [
      'a.ini',
      '[a]\nmax_level = 1\n\nnonsense\n',
      'input.file-malformed',
      'a.ini, line 4, column 1: expected "name = value" or "[section]"',
    ],
    [
      'b.ini',
      '[a]\n[broken\n',
      'input.file-malformed',
      'b.ini, line 2, column 1: expected "name = value" or "[section]"',
    ],
    [
      'c.ini',
      '[a]\n  = 1\n',
      'input.file-malformed',
      'c.ini, line 2, column 3: expected "name = value" or "[section]"',
    ],
    [
      'd.ini',
      '[a]\ndry_run = yes\ndry-run = no\n',
      'input.invalid',
      'd.ini line 3, dry-run: is already given as d.ini line 2, dry_run',
    ],
    [
      'e.ini',
      '[a]\nincremental = often\n',
      'input.invalid',
      'e.ini line 2, incremental: "often" is neither yes nor no',
    ],
    [
      'f.ini',
      '[a]\nconfig = /etc/more.ini\n',
      'input.invalid',
      'f.ini line 2, config: a config file names no further one',
    ],
    ['g.ini', '[a]\npassphrase = hunter2\n', 'input.invalid', `g.ini line 2: ${secrets}`],
    ['g.yaml', 'FIRN_PASSPHRASE: hunter2\n', 'input.invalid', `g.yaml line 1: ${secrets}`],
    [
      'h.yaml',
      'compresion: gzip\nflabbergast: 1\n',
      'input.unknown-option',
      'h.yaml line 1: unknown option "compresion" (did you mean "compression"?); h.yaml line 2: unknown option "flabbergast"',
    ],
    [
      'i.ini',
      '[a]\nmax_lvel = 1\npassword = x\n',
      'input.invalid',
      `i.ini line 2: unknown option "max-lvel" (did you mean "max-level"?); i.ini line 3: ${secrets}`,
    ],
  ];
  for (const [name, text, code, message] of table) {
    it(`is refused: ${message}`, async () => refuses(await file(name, text), code, message));
  }

  it('is refused when it is not text', async () => {
    const path = await file('binary.ini', Buffer.from([0xff, 0xfe, 0x00]));
    await refuses(path, 'input.file-malformed', 'binary.ini, line 1, column 1: this is not UTF-8 text');
  });

  it('is refused when it cannot be read', async () => {
    const missing = join(directory, 'none.yaml');
    await refuses(
      missing,
      'input.file-unreadable',
      'cannot read config file "none.yaml": there is no such file',
    );
    await assert.rejects(readConfigFile(directory), /: it is a directory$/);
  });

  it('does not blow up by references to references', async () => {
    const levels = Array.from({ length: 30 }, (_, n) => `exclude${n}: &a${n + 1} [${`*a${n},`.repeat(9)}]`);
    await assert.rejects(
      optionsIn('bomb.yaml', ['name: &a0 x', ...levels].join('\n')),
      /unknown option "exclude29"/,
    );
  });
});
