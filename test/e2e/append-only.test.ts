import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type Context } from 'mocha';
import { removeTree } from '#host';
import {
  agent,
  assertSameTree,
  changeTree,
  Fixture,
  isRoot,
  kill9,
  makeOddTree,
  noise,
  passFile,
  requireProgram,
  requireSwift,
  restsIn,
  sharedSwift,
  startAgent,
  startSshd,
  untilStored,
  type AgentRun,
  type SwiftUser,
} from '#test/support';

/** How somebody reaches the container. */
interface Way {
  readonly options: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A server on which one user may hardly do more than put. */
interface WriteOnlyPlace {
  /** That user. */
  readonly client: Way;
  /** Somebody who may do everything. */
  readonly privileged: Way;
  /** The client as it is when it may read as well, until `deny`. */
  allow(): Promise<Way>;
  deny(): Promise<void>;
  /** The container as a directory of this machine, where it is one. */
  readonly directory?: string;
  close(): Promise<void>;
}

const DAYS = 7;
const NOT_ALLOWED = 'read,remove,rmdir,opendir,readdir,readlink,symlink,setstat,fsetstat,lsetstat';

/** Debian's OpenSSH server, which refuses these requests (`internal-sftp -P`); whoever is on it has the directory. */
async function onSftp(): Promise<WriteOnlyPlace> {
  const sshd = await startSshd({ sftp: ['-P', NOT_ALLOWED] });
  const directory = join(sshd.directory, 'backups');
  const settings = {
    ...{ host: sshd.host, port: sshd.port, user: sshd.user },
    ...{ privateKeyFile: sshd.privateKeyFile, knownHostsFile: sshd.knownHostsFile },
  };
  const options = Object.entries(settings).flatMap(([name, value]) => [
    '--storage-option',
    `${name}=${value}`,
  ]);
  const client: Way = { options: ['--storage', 'sftp', '--container', directory, ...options] };
  const configFile = join(sshd.workDirectory, 'sshd_config');
  const strict = readFileSync(configFile, 'utf8');
  const configure = async (config: string) => {
    writeFileSync(configFile, config);
    await sshd.restart();
  };
  return {
    ...{ client, directory, privileged: { options: ['--container', directory] } },
    allow: async () => {
      await configure(strict.replace(`-P ${NOT_ALLOWED}`, ''));
      return client;
    },
    deny: () => configure(strict),
    close: async () => sshd[Symbol.asyncDispose](),
  };
}

/** Swift by the protocol of S3, for a user who may put and nothing else. */
async function onS3(): Promise<WriteOnlyPlace> {
  const { s3, limited } = await sharedSwift();
  const container = `append-only-${process.pid}`;
  const way = (user: SwiftUser, ...more: string[]): Way => ({
    options: [
      ...['--container', `s3://${container}/days?endpoint=${s3.endpoint}&region=${s3.region}`, ...more],
      ...[
        '--storage-option',
        `accessKeyId=${user.user}`,
        '--storage-option',
        'secretAccessKeyVariable=S3_SECRET',
      ],
    ],
    env: { S3_SECRET: user.key },
  });
  const owner = { user: s3.accessKeyId, key: s3.secretAccessKey };
  const privileged = way(owner, '--storage-option', 'createBucket=true');
  return {
    ...{ client: way(limited.putter), privileged },
    allow: async () => privileged,
    deny: async () => undefined,
    close: async () => undefined,
  };
}

/** Swift by its own protocol, for a user who may put and list. */
async function onSwift(): Promise<WriteOnlyPlace> {
  const { url, auth, limited } = await sharedSwift();
  const way = ({ user, key }: SwiftUser): Way => ({
    options: [
      ...['--storage', 'swift', '--container', `append-only-swift-${process.pid}/days`],
      ...['--storage-option', `authUrl=${auth.authUrl}`, '--storage-option', `user=${user}`],
      // One account, whoever asks.
      ...['--storage-option', `storageUrl=${url}/v1/${auth.account}`],
      ...['--storage-option', 'passwordVariable=SWIFT_KEY'],
    ],
    env: { SWIFT_KEY: key },
  });
  return {
    ...{ client: way(limited.writer), privileged: way(auth) },
    allow: async () => way(auth),
    deny: async () => undefined,
    close: async () => undefined,
  };
}

function events(run: AgentRun, type: string) {
  return run.lines.filter((line) => line['type'] === type);
}

/** A week of a client that may hardly do more than put; on a server into which one can look, also an interrupted one. */
function week(
  title: string,
  engine: string,
  open: () => Promise<WriteOnlyPlace>,
  require: (context: Context) => void,
  interrupts?: 'interrupted',
) {
  describe(title, function () {
    this.timeout(300_000);
    const place = mkdtempSync(join(tmpdir(), 'firn-append-only-'));
    const source = join(place, 'source');
    const cache = join(place, 'cache');
    const ids: string[] = [];
    let given: WriteOnlyPlace;

    before(async function () {
      require(this);
      for (const name of ['source', 'kept']) mkdirSync(join(place, name));
      passFile(place);
      await makeOddTree(source, { asRoot: isRoot(), seed: 7 });
      given = await open();
    });
    after(async () => {
      await (given as WriteOnlyPlace | undefined)?.close();
      await removeTree(place);
    });

    const call = (action: string, { options, env = {} }: Way, extra: readonly string[] = []) =>
      agent([action, ...options, '--encrypt-pass-file', join(place, 'pass'), ...extra], {
        env: { ...env, FIRN_CACHE_DIR: cache },
      });
    const named = ['--backup-name', 'days'];
    const ofSource = ['--path-to-backup', source, ...named, '--engine', engine];

    /** One day: changes the tree, keeps a true copy, and backs it up. */
    async function day(way: Way, extra: readonly string[] = []): Promise<AgentRun> {
      if (ids.length > 0) await changeTree(source, ids.length, 7);
      const run = await call('backup', way, [...ofSource, ...extra]);
      assert.equal(run.code, 0, run.stderr + JSON.stringify(run.failure));
      assert.equal(run.summary['state'], 'succeeded');
      execFileSync('cp', ['-a', '--sparse=always', source, join(place, 'kept', String(ids.length))]);
      ids.push(String(run.summary['backup']));
      return run;
    }

    it('begins with the right to read, as somebody has to make the container', async () => {
      const early = await call('backup', given.client, ofSource);
      assert.equal(early.code, 4, JSON.stringify(early.summary));
      assert.equal(early.failure?.['code'], 'storage.access-denied');
      assert.equal((await day(await given.allow())).summary['level'], 0);
      await given.deny();
    });

    it('makes an increment every day of a week, and tells once what it has to leave', async () => {
      for (let today = 1; today <= DAYS; today += 1) {
        const run = await day(given.client);
        assert.equal(run.summary['level'], today, String(run.summary['reason']));
        assert.deepEqual(
          events(run, 'cannot-remove').map(({ what }) => what),
          ['writer-mark'],
        );
        for (const type of ['orphan-left', 'undo-failed', 'failure', 'backup-damaged'])
          assert.deepEqual(events(run, type), []);
      }
    });

    if (interrupts === 'interrupted')
      it('goes on after a backup that was cancelled or killed, and tells what is left of it', async () => {
        const { directory = '' } = given;
        writeFileSync(join(source, 'large'), noise(24 << 20));
        const options = [...given.client.options, '--encrypt-pass-file', join(place, 'pass'), ...ofSource];
        // What is left is to be left, not gone on with.
        const anew = '--no-resume';
        const slowly = ['backup', ...options, '--upload-limit', '4MiB', '--max-segment-size', '1MiB', anew];
        for (const how of ['SIGTERM', 'SIGKILL'] as const) {
          const before = restsIn(directory).length;
          const running = await startAgent(slowly, { env: { FIRN_CACHE_DIR: cache } });
          await untilStored(directory, before + 3, () => false);
          if (how === 'SIGKILL') await kill9(running);
          else process.kill(running.pid, how);
          const { code } = await running.exit;
          if (how === 'SIGTERM') assert.equal(code, 130);
        }
        const run = await day(given.client, [anew]);
        assert.equal(run.summary['level'], DAYS + 1, String(run.summary['reason']));
        assert.equal(events(run, 'orphan-left').length, 2);
        assert.match(String(events(run, 'orphan-left')[0]?.['message']), /no right/);
      });

    it('makes a full backup, and says why, when it has lost what an increment continues', async () => {
      for (const name of readdirSync(cache))
        if (name !== 'storages') rmSync(join(cache, name), { recursive: true });
      const run = await day(given.client);
      assert.equal(run.summary['level'], 0);
      assert.match(String(run.summary['reason']), /level 0: the base \S+ cannot be used: .*state/);
      assert.equal((await day(given.client)).summary['level'], 1);
    });

    it('stores nothing, and says what to do, when it does not even know the container any more', async () => {
      rmSync(cache, { recursive: true });
      const run = await call('backup', given.client, ofSource);
      assert.equal(run.code, 4);
      assert.equal(run.failure?.['code'], 'storage.access-denied');
      assert.match(String(run.failure['message']), /allowed to read there for one backup/);
      await day(await given.allow());
      await given.deny();
      assert.equal((await day(given.client)).summary['level'], 3);
    });

    it('has made backups that are all whole, and restored as they were by who may read', async () => {
      const verified = await call('verify', given.privileged, ['--read-data']);
      assert.equal(verified.code, 0, JSON.stringify(verified.lines));
      assert.equal(verified.summary['backups'], ids.length);
      for (const [index, id] of ids.entries()) {
        const target = join(place, 'restored');
        const run = await call('restore', given.privileged, [
          '--backup-id',
          id,
          '--restore-abs-path',
          target,
        ]);
        assert.equal(run.code, 0, JSON.stringify(run.failure));
        await assertSameTree(join(place, 'kept', String(index)), target);
        await removeTree(target);
      }
    });

    it('leaves to prune what it could not remove', async () => {
      const pruned = await call('prune', given.privileged, [...named, '--keep-last', '1000']);
      assert.equal(pruned.code, 0, JSON.stringify(pruned.failure));
      const listed = await call('verify', given.privileged);
      assert.equal(listed.summary['backups'], ids.length);
      const { directory } = given;
      if (directory === undefined) return;
      const rests = restsIn(directory).filter((path) => path.startsWith('backups/'));
      assert.deepEqual(rests, []);
      const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
      assert.deepEqual(
        files.filter((file) => file.endsWith('/writer')),
        [],
      );
    });
  });
}

describe('a client whose rights forbid to read and to delete', () => {
  week('by SFTP', 'tar', onSftp, (context) => requireProgram(context, 'sshd'), 'interrupted');
  week('by S3', 'block', onS3, requireSwift);
  week('by Swift, where it may list', 'tar', onSwift, requireSwift);
});

describe('a client that writes into a directory of its own machine', () => {
  it('keeps what the next backup needs, and no memory of what it has put', async function () {
    this.timeout(60_000);
    const fixture = new Fixture();
    try {
      fixture.write({ file: 'content' });
      const cache = join(fixture.place, 'cache');
      assert.equal((await fixture.backup(['--cache-dir', cache])).code, 0);
      const kept = readdirSync(cache);
      assert.ok(kept.length > 0);
      assert.ok(!kept.includes('storages'), kept.join());
    } finally {
      await fixture.remove();
    }
  });
});
