import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type Context } from 'mocha';
import { removeTree } from '#host';
import { systemClock } from '#kernel';
import {
  agent,
  assertSameTree,
  changeTree,
  isRoot,
  makeOddTree,
  noise,
  passFile,
  startAgent,
  type AgentLine,
  type AgentRun,
} from '#test/support';
import { processTree, wordsOf } from './process-tree.js';
import {
  optionsOf,
  PREPARED,
  requireServer,
  SERVED_KINDS,
  startStorageServer,
  WRONG_PASSWORD,
  type ServedKind,
  type StorageServer,
} from './storage-servers.js';

const GENERATIONS = [0, 1, 2, 3, 4];
/** What is only hard for tar, in trees that cost time with every kind. */
const LEFT_OUT = ['sparse', 'names/directories', 'links/soft'];
const SPOKEN_SECRETS = ['correct horse', WRONG_PASSWORD];

describe('a real server of each kind', function () {
  this.timeout(240_000);
  const place = mkdtempSync(join(tmpdir(), 'firn-storages-'));
  const pass = passFile(place);
  const servers = new Map<ServedKind, StorageServer>();
  after(async () => {
    for (const server of servers.values()) await server[Symbol.asyncDispose]();
    await removeTree(place);
  });

  /** Started by whoever needs it first. */
  async function serverOf(context: Context, kind: ServedKind): Promise<StorageServer> {
    requireServer(context, kind);
    const server = servers.get(kind) ?? (await startStorageServer(kind));
    servers.set(kind, server);
    return server;
  }

  const secrets = () => [...SPOKEN_SECRETS, ...[...servers.values()].flatMap((server) => server.secrets)];
  function assertSilent(words: string, where: string): void {
    for (const secret of secrets()) assert.ok(!words.includes(secret), `a secret is in ${where}: ${words}`);
  }

  /** Runs the agent, which must not print any secret, whatever it is for. */
  async function call(...args: readonly string[]): Promise<AgentRun> {
    const run = await agent([...args, '--encrypt-pass-file', pass]);
    assertSilent(run.stdout.toString() + run.stderr, 'the output');
    return run;
  }
  async function done(...args: readonly string[]): Promise<AgentRun> {
    const run = await call(...args);
    assert.equal(run.code, 0, run.stderr + run.stdout.toString());
    return run;
  }

  /** Backs up a tree that changes, keeping a true copy of each generation. */
  class Generations {
    readonly source: string;
    readonly ids: string[] = [];
    readonly levels: unknown[] = [];

    constructor(
      readonly name: string,
      readonly where: readonly string[],
      readonly seed: number,
    ) {
      this.source = join(place, name, 'source');
    }

    async backUp(extra: readonly string[] = []): Promise<readonly AgentRun[]> {
      mkdirSync(this.source, { recursive: true });
      await makeOddTree(this.source, { asRoot: isRoot(), seed: this.seed });
      for (const path of LEFT_OUT) await removeTree(join(this.source, path));
      const runs: AgentRun[] = [];
      for (const generation of GENERATIONS) {
        if (generation > 0) await changeTree(this.source, generation, this.seed);
        execFileSync('cp', ['-a', '--sparse=always', this.source, this.kept(generation)]);
        const what = ['--path-to-backup', this.source, '--backup-name', 'odd tree/1'];
        const run = await done('backup', ...what, ...this.where, '--max-segment-size', '512KiB', ...extra);
        assert.equal(run.summary['state'], 'succeeded');
        this.ids.push(String(run.summary['backup']));
        this.levels.push(run.summary['level']);
        runs.push(run);
      }
      return runs;
    }

    /** Restores generations and compares each with what it was. */
    async comeBack(generations = GENERATIONS, where = this.where): Promise<void> {
      const restored = generations.map(async (generation) => {
        const target = mkdtempSync(join(place, this.name, 'restored-'));
        const point = ['--backup-id', this.ids[generation] ?? '', '--restore-abs-path', target];
        await done('restore', ...point, ...where);
        await assertSameTree(this.kept(generation), target);
        await removeTree(target);
      });
      await Promise.all(restored);
    }

    kept(generation: number): string {
      return join(place, this.name, `kept-${generation}`);
    }
  }

  for (const [index, kind] of SERVED_KINDS.entries()) {
    describe(`that keeps backups: ${kind}`, () => {
      let server: StorageServer;
      let tree: Generations;
      before(async function () {
        server = await serverOf(this, kind);
        tree = new Generations(kind, optionsOf(kind, server.settings('days')), index + 1);
      });

      it('takes five generations of a tree with oddities', async () => {
        await tree.backUp(['--max-level', '2']);
        assert.deepEqual(tree.levels, [0, 1, 2, 0, 1]);
      });

      it('gives each of them back as it was', () => tree.comeBack());

      it('holds what was stored, to the last byte', async () => {
        const run = await done('verify', '--read-data', ...tree.where);
        assert.equal(run.summary['backups'], GENERATIONS.length);
      });

      it('lets old ones be removed, and the others stay whole', async () => {
        const pruned = await done('prune', '--backup-name', 'odd tree/1', '--keep-last', '2', ...tree.where);
        assert.equal(pruned.summary['removed'], 3, JSON.stringify(pruned.summary));
        const verified = await done('verify', ...tree.where);
        assert.equal(verified.summary['backups'], 2);
        await tree.comeBack([4]);
      });

      it('is checked: everything is allowed, and this is how fast it goes', async () => {
        const run = await done('storage', 'check', ...tree.where);
        const check = checkIn(run);
        assert.deepEqual(rightsIn(check), allAllowed());
        assert.equal(check['kind'], kind);
        assert.deepEqual(check['findings'], []);
        assert.equal(check['leftover'], undefined);
        for (const figure of ['putBytesPerSecond', 'getBytesPerSecond'])
          assert.ok(Number(check[figure]) > 1e5, `${figure}: ${String(check[figure])}`);
        assert.ok(Number(check['headMs']) >= 0);
      });

      it('says of a client who may not remove that this is good for one who only adds', async () => {
        const strict = await startStorageServer(kind, { mayRemove: false });
        try {
          const run = await done('storage', 'check', ...optionsOf(kind, strict.settings(PREPARED)));
          const check = checkIn(run);
          assert.equal(rightsIn(check)['delete'], 'denied');
          assert.equal(rightsIn(check)['put'], 'allowed');
          const findings = check['findings'] as { code: string; text: string }[];
          assert.match(findings.find(({ code }) => code === 'append-only')?.text ?? '', /cannot delete/);
          assert.match(String(check['leftover']), /^firn-check-/);
        } finally {
          await strict[Symbol.asyncDispose]();
        }
      });

      it('refuses a wrong password, and nobody is told which', async function () {
        const { wrongPassword } = server;
        if (!wrongPassword) return this.skip();
        const where = optionsOf(kind, { ...server.settings('days'), ...wrongPassword });
        const run = await call('storage', 'check', ...where);
        assert.equal(run.code, 4, run.stdout.toString());
        assert.equal(run.failure?.['code'], 'storage.login-refused');
      });
    });
  }

  it('is not trusted before its key is known: sftp', async function () {
    const server = await serverOf(this, 'sftp');
    const nobody = join(place, 'nobody-known');
    writeFileSync(nobody, '');
    const where = optionsOf('sftp', { ...server.settings('days'), knownHostsFile: nobody });
    const run = await call('list', ...where);
    assert.equal(run.code, 4, run.stdout.toString());
    assert.equal(run.failure?.['code'], 'storage.host-untrusted');
    assert.match(String(run.failure['message']), /to accept it, run: .*nobody-known/);
  });

  it('is not trusted when nobody vouches for it: ftps', async function () {
    const server = await serverOf(this, 'ftps');
    const { caFile: _, ...settings } = server.settings('days');
    const run = await call('list', ...optionsOf('ftps', settings));
    assert.equal(run.code, 4, run.stdout.toString());
    assert.equal(run.failure?.['code'], 'storage.certificate-untrusted');
  });

  it('has one of three copies of five generations, made in one read', async function () {
    const settings = {
      sftp: (await serverOf(this, 'sftp')).settings('copies'),
      s3: (await serverOf(this, 's3')).settings('copies'),
      local: { container: join(place, 'copies') },
    };
    const each = Object.entries(settings).map(([kind, said]) => optionsOf(kind, said));
    const tree = new Generations('three', each.flat(), 17);
    for (const { summary } of await tree.backUp()) {
      const copies = summary['copies'] as { name: string; state: string }[];
      assert.deepEqual(
        copies.map(({ name, state }) => [name, state]),
        Object.keys(settings).map((name) => [name, 'whole']),
      );
    }
    assert.deepEqual(tree.levels, [0, 1, 2, 3, 4]);
    await tree.comeBack([3]);
    for (const [index, where] of each.entries()) {
      // Every point comes back from one of them, the newest from each.
      await tree.comeBack([index, 4], where);
      const verified = await done('verify', '--read-data', ...where);
      assert.equal(verified.summary['backups'], GENERATIONS.length);
    }
  });

  it('hears its password, and nobody else does: neither ps, nor the log, nor who reads along', async function () {
    const where: string[] = [];
    for (const kind of SERVED_KINDS) {
      const server = await serverOf(this, kind);
      where.push(...optionsOf(kind, server.settings('secrets')));
    }
    const source = join(place, 'secret source');
    mkdirSync(source);
    writeFileSync(join(source, 'file'), noise(400_000));
    const log = join(place, 'log');
    const running = await startAgent([
      ...['backup', '--path-to-backup', source, '--backup-name', 'secrets', ...where],
      ...['--encrypt-pass-file', pass, '--upload-limit', '4MiB', '--verbose', '--log-file', log],
    ]);
    let said = '';
    for (const stream of [running.stdout, running.stderr])
      stream?.on('data', (words: Buffer) => (said += words.toString()));
    let isOver = false;
    void running.exit.then(() => (isOver = true));
    let looks = 0;
    for (; !isOver; looks += 1) {
      assertSilent(wordsOf(processTree(running.pid)), 'ps');
      await systemClock.sleep(20);
    }
    assert.deepEqual(await running.exit, { code: 0, signal: undefined }, said);
    assert.ok(looks > 5, `looked ${looks} times`);
    assertSilent(said, 'the output');
    const logged = readFileSync(log, 'utf8');
    assert.match(logged, /"msg":"storage call"/);
    assertSilent(logged, 'the log');
  });
});

function checkIn(run: AgentRun): AgentLine {
  const check = run.lines.find(({ type }) => type === 'storage-check');
  assert.ok(check, run.stdout.toString());
  return check;
}

function rightsIn(check: AgentLine): Readonly<Record<string, string>> {
  const rights = Object.entries(check['rights'] as Record<string, { state: string }>);
  return Object.fromEntries(rights.map(([right, { state }]) => [right, state]));
}

function allAllowed(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['put', 'get', 'range', 'list', 'head', 'delete'].map((right) => [right, 'allowed']),
  );
}
