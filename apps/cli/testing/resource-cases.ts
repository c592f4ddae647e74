import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { exitCodes, failureCatalog } from '#kernel';
import type { Operator } from './operator.js';

/** Words that make a document of a kind known by its name, and what a table shows of it. */
const KINDS = [
  {
    kind: 'client',
    document: { clientId: 'db1', hostname: 'db1.example.org', description: 'the books' },
    change: { description: 'the new books' },
    named: 'db1',
    shown: /^db1 +db1\.example\.org +the new books$/,
    missing: 'client.missing',
  },
  {
    kind: 'action',
    document: { id: 'prove', settings: { action: 'verify', container: '/srv/backups' } },
    change: { maxRetries: 7 },
    named: 'prove',
    shown: /^prove +verify +7 +\/srv\/backups$/,
    missing: 'action.missing',
  },
  {
    kind: 'storage',
    document: {
      ...{ name: 'office', kind: 'sftp', settings: { host: 'nas', container: '/srv/b' } },
      secrets: { password: { value: 'never shown again' } },
    },
    change: { description: 'the cellar' },
    named: 'office',
    shown: /^office +sftp +\/srv\/b +password +the cellar +[0-9a-f]{8}$/,
    missing: 'storage.missing',
  },
  {
    kind: 'session',
    document: { id: 'nightly', description: 'all together' },
    change: { description: 'all of them together' },
    named: 'nightly',
    shown: /^nightly +0 +0 .*all of them together$/,
    missing: 'session.missing',
  },
  {
    kind: 'backup',
    document: {
      metadata: { container: '/srv/b', hostname: 'db1', backup_name: 'books', backup_id: 'stored-1' },
    },
    change: { status: 'deleted' },
    named: 'stored-1',
    shown: /^[0-9a-f]{8} +stored-1 +books +db1 +deleted +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\/srv\/b$/,
    missing: 'backup.not-recorded',
  },
] as const;

export function resourceCases(here: () => Operator): void {
  describe('documents', () => documentCases(here));
}

function documentCases(here: () => Operator): void {
  for (const { kind, document, change, named, shown, missing } of KINDS) {
    it(`${kind}s are made, changed, listed, shown and deleted`, async () => {
      const file = here().file(`${kind}.json`, document);
      const made = await here().good(kind, 'create', '--file', file);
      assert.deepEqual([made.out, made.err], [[`created ${kind} ${named}`], []]);
      const changed = await here().good(kind, 'update', named, '--file', here().file('change.json', change));
      assert.deepEqual(changed.out, [`changed ${kind} ${named}`]);

      const [listed, all, plain] = await Promise.all([
        here().good(kind, 'list'),
        here().good(kind, 'list', '--json'),
        here().good(kind, 'show', named),
      ]);
      assert.equal(listed.out.length, 2);
      assert.match(listed.out[1] ?? '', shown);
      const [one] = all.json<readonly { id: string }[]>();
      assert.match(plain.out[0] ?? '', new RegExp(`^id +${one?.id}$`));
      assert.deepEqual((await here().good(kind, 'show', one?.id.slice(0, 6) ?? '', '--json')).json(), one);

      const gone = await here().good(kind, 'delete', named);
      assert.deepEqual(gone.out, [`deleted ${kind} ${named}`]);
      const [none, again] = await Promise.all([
        here().good(kind, 'list'),
        here().firn([kind, 'delete', named]),
      ]);
      assert.deepEqual([none.out, none.err], [[], [`no ${kind}s`]]);
      assert.equal(again.code, exitCodes[failureCatalog[missing].kind]);
      assert.equal(again.err[0], `${missing}: there is no ${kind} "${named}"`);
    });
  }

  it('a made document is told whole with --json, also one from standard input in YAML', async () => {
    const yaml = 'settings: { action: verify, container: /srv/backups }\nmaxRetries: 3\n';
    const made = await here().firn(['action', 'create', '--file', '-', '--json'], { input: yaml });
    const { id, maxRetries } = made.json<{ id: string; maxRetries: number }>();
    assert.equal(maxRetries, 3);
    assert.deepEqual((await here().good('action', 'delete', id, '--json')).json(), { id });
  });

  it('another project is another world, for administrators', async () => {
    const there = ['--project', 'shop'];
    const file = here().file('client.json', { clientId: 'till1', hostname: 'till1' });
    await here().good('client', 'create', '--file', file, ...there);
    assert.match((await here().good('client', 'list', ...there)).out.join('\n'), /^till1 /m);
    assert.ok(!(await here().good('client', 'list')).out.some((line) => line.startsWith('till1')));
    const made = await here().good('user', 'create', 'pat', ...there, '--json');
    const { user, password } = made.json<{ user: { project: string }; password: string }>();
    assert.equal(user.project, 'shop');

    const kept = ['--credentials-file', here().path('pat.json')];
    const login = ['--username', 'pat', '--password-file', here().file('pat', password)];
    await here().good('login', ...login, ...kept);
    assert.match((await here().good('client', 'list', ...kept)).out.join('\n'), /^till1 /m);
    const refused = await here().firn(['client', 'list', '--project', 'default', ...kept]);
    assert.equal(refused.code, exitCodes.forbidden);
  });
}
