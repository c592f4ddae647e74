import assert from 'node:assert/strict';
import { chown, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { isFailure, systemClock } from '#kernel';
import {
  bytesAt,
  collected,
  failsWith,
  interruptedBody,
  keysOf,
  testBytes,
  textAt,
  textBody,
} from '#storage/testing';
import {
  isRoot,
  mounted,
  requireProgram,
  skipBecause,
  startFtpServer,
  startLine,
  type FtpServer,
  type FtpServerOptions,
} from '#test/support';
import { bodyOf } from '../../body.js';
import { retryingStorage } from '../../decorators/retrying-storage.js';
import type { StorageBackend } from '../../storage-backend.js';
import { ftpDriver, ftpsDriver } from './ftp-driver.js';

const DAY_MS = 24 * 3600 * 1000;
const RETRY = { clock: systemClock, random: () => 0, attempts: 20, baseMs: 50, maxMs: 200, totalMs: 60_000 };

describe('vsftpd', () => {
  const opened: AsyncDisposable[] = [];
  const started = async (options?: FtpServerOptions): Promise<FtpServer> => {
    const server = await startFtpServer(options);
    opened.push(server);
    return server;
  };
  const connected = async (server: FtpServer, settings: object = {}): Promise<StorageBackend> => {
    const driver = server.caFile === undefined ? ftpDriver : ftpsDriver;
    const storage = await driver.open({ ...server.settings(), ...settings });
    opened.push({ [Symbol.asyncDispose]: () => storage.close() });
    return storage;
  };
  before(function () {
    requireProgram(this, 'vsftpd');
    requireProgram(this, 'openssl');
    if (!isRoot()) skipBecause(this, 'only root may start vsftpd');
  });
  afterEach(async () => {
    for (const part of opened.splice(0).reverse()) await part[Symbol.asyncDispose]();
  });

  describe('in clear', () => {
    it('refuses a wrong password', async () => {
      const storage = await connected(await started(), { password: 'wrong' });
      const failure = await failsWith('storage.login-refused', () => storage.put('a', textBody('x')));
      assert.doesNotMatch(failure.message, /wrong/);
    });

    it('is reached at the address of the connection, whatever address it names', async () => {
      const server = await started({ denied: ['EPSV'], settings: { pasv_address: '192.0.2.7' } });
      const storage = await connected(server);
      await storage.put('a', textBody('hello'));
      assert.equal(await textAt(storage, 'a'), 'hello');
    });

    it('takes a container below where the login leads', async () => {
      const server = await started();
      const storage = await connected(server, { container: 'data/relative' });
      await storage.put('a', textBody('hello'));
      assert.equal(await readFile(join(server.directory, 'relative/a'), 'utf8'), 'hello');
    });

    it('gives many ranges over one connection', async () => {
      const server = await started();
      await using line = await startLine(server.port);
      const storage = await connected(server, { port: line.port, connections: 1 });
      const bytes = testBytes(8 << 20);
      await storage.put('a', bodyOf(bytes));
      const before = line.bytes();
      for (let start = 0; start < bytes.length; start += bytes.length / 16) {
        const range = { start, end: start + 1000 };
        assert.ok(bytes.subarray(start, range.end).equals(await bytesAt(storage, 'a', range)), `at ${start}`);
      }
      assert.equal(line.connections().made, 1);
      assert.ok(line.bytes() - before < 16 * 1000, `${line.bytes() - before} bytes of commands`);
    });

    it('tells the time of an object to the minute, the same in listings', async () => {
      const server = await started({ settings: { use_localtime: 'NO' } });
      const { container } = server.settings() as { container: string };
      const storage = await connected(server, { container });
      await storage.put('a/b', textBody('x'));
      const path = join(server.directory, container.replace('/data/', ''), 'a/b');
      const today = systemClock.now().toISOString().slice(0, 10);
      const stored = new Date(`${today}T00:00:05.000Z`);
      await utimes(path, stored, stored);
      const [listed] = await collected(storage.list(''));
      assert.equal(listed?.modifiedAt.toISOString(), stored.toISOString().replace(':05.', ':00.'));
      assert.deepEqual(await storage.head('a/b'), listed);
    });

    it('says when the disk is full, and what was begun is gone', async function () {
      const server = await started();
      const small = join(server.directory, 'small');
      await mkdir(small);
      const unmount = mounted(this, small, '4m');
      opened.push({ [Symbol.asyncDispose]: async () => unmount() });
      const { uid, gid } = await stat(server.directory);
      await chown(small, uid, gid);
      const storage = await connected(server, { container: '/data/small' });
      await failsWith('storage.full', () => storage.put('a', bodyOf(testBytes(8 << 20))));
      await storage.put('a', bodyOf(testBytes(2 << 20)));
      assert.deepEqual(await readdir(join(small, '.firn-tmp')), []);
    });

    it('keeps no temporary objects for more than a day, and touches nothing else', async () => {
      const server = await started();
      const { container } = server.settings() as { container: string };
      const folder = join(server.directory, container.replace('/data/', ''), '.firn-tmp');
      const named = (ageMs: number) =>
        `${(systemClock.now().getTime() - ageMs).toString(36)}.0123456789abcdef`;
      const names = [named(DAY_MS + 1000), named(DAY_MS / 2), 'of-somebody-else'];
      const seed = await connected(server, { container });
      await seed.put('seed', textBody('x'));
      for (const name of names) await writeFile(join(folder, name), 'x');
      const storage = await connected(server, { container });
      await storage.put('a', textBody('x'));
      assert.deepEqual((await readdir(folder)).sort(), names.slice(1).sort());
    });

    it('has put in line what one process stores twice, also over two openings', async () => {
      const server = await started();
      const { container } = server.settings() as { container: string };
      const storages = await Promise.all([1, 2].map(() => connected(server, { container })));
      for (let round = 0; round < 5; round += 1) {
        const puts = await Promise.allSettled(
          storages.map((storage, at) => storage.put(`a/${round}`, textBody(`by ${at}`))),
        );
        const won = puts.findIndex(({ status }) => status === 'fulfilled');
        assert.equal(puts.filter(({ status }) => status === 'fulfilled').length, 1);
        assert.equal(await textAt(storages[0] as StorageBackend, `a/${round}`), `by ${won}`);
      }
    });
  });

  describe('with few rights', () => {
    for (const [why, options] of [
      ['no download and no listing', { settings: { download_enable: 'NO', dirlist_enable: 'NO' } }],
      [
        'only what a put needs',
        { denied: ['RETR', 'SIZE', 'MDTM', 'LIST', 'NLST', 'DELE', 'RMD', 'CWD', 'REST'] },
      ],
    ] as const) {
      it(`stores, and overwrites nothing: ${why}`, async () => {
        const server = await started(options);
        const { container } = server.settings() as { container: string };
        const storage = await connected(server, { container });
        await storage.put('a/b/c', textBody('first'));
        await storage.put('a/b/d', textBody('other'));
        await failsWith('storage.object-exists', () => storage.put('a/b/c', textBody('second')));
        await failsWith('storage.access-denied', () => bytesAt(storage, 'a/b/c'));
        await failsWith('storage.access-denied', () => keysOf(storage));
        const path = join(server.directory, container.replace('/data/', ''), 'a/b/c');
        assert.equal(await readFile(path, 'utf8'), 'first');
      });
    }

    it('does not remove, and says so', async () => {
      const storage = await connected(await started({ denied: ['DELE'] }));
      await storage.put('a', textBody('x'));
      await failsWith('storage.access-denied', () => storage.remove('a'));
      await storage.remove('b');
    });

    it('says which right a put lacks', async () => {
      for (const verb of ['STOR', 'RNTO', 'MKD']) {
        const storage = await connected(await started({ denied: [verb] }));
        await failsWith('storage.access-denied', () => storage.put('a', textBody('x')));
      }
    });
  });

  describe('over TLS', () => {
    it('is not believed without the authority that signed its certificate', async () => {
      for (const tls of [true, 'implicit'] as const) {
        const server = await started({ tls });
        const storage = await connected(server, { caFile: undefined });
        await failsWith('storage.certificate-untrusted', () => storage.put('a', textBody('x')));
      }
    });

    it('is believed only by the name in its certificate', async () => {
      const server = await started({ tls: true });
      const other = await connected(server, { serverName: 'backup.example.org' });
      await failsWith('storage.certificate-untrusted', () => other.head('a'));
      const { container } = server.settings() as { container: string };
      const named = await connected(server, { container, serverName: 'localhost' });
      await named.put('a', textBody('x'));
      assert.equal(await textAt(await connected(server, { container, host: 'localhost' }), 'a'), 'x');
    });

    it('gets the session of the control connection again for all data, as it insists', async () => {
      for (const tls of [true, 'implicit'] as const) {
        const storage = await connected(await started({ tls }), { connections: 1 });
        for (const key of ['a', 'b', 'c']) {
          await storage.put(key, bodyOf(testBytes(1 << 20)));
          assert.equal((await bytesAt(storage, key, { start: 5, end: 10 })).length, 5);
          assert.equal((await bytesAt(storage, key)).length, 1 << 20);
        }
        assert.deepEqual(await keysOf(storage), ['a', 'b', 'c']);
      }
    });

    it('is not spoken to in clear, nor in clear over TLS', async () => {
      const clear = await started();
      const caFile = (await started({ tls: true })).caFile;
      for (const implicit of [true, false]) {
        const storage = await ftpsDriver.open({ ...clear.settings(), caFile, implicit });
        await failsWith('storage.unsupported', () => storage.head('a'));
        await storage.close();
      }
    });
  });

  describe('that breaks down', () => {
    let server: FtpServer;
    const bytes = testBytes(20 << 20);
    const body = bodyOf(bytes);
    before(async () => {
      server = await startFtpServer({ tls: true });
    });
    after(() => server?.[Symbol.asyncDispose]());

    it('in the middle of a put leaves nothing, and the put can be made again', async () => {
      const storage = await connected(server);
      const cut = interruptedBody(body, () => server.cut());
      await failsWith('storage.unavailable', () => storage.put('a/b', cut));
      assert.deepEqual(await keysOf(storage), []);
      await storage.put('a/b', body);
      assert.ok(bytes.equals(await bytesAt(storage, 'a/b')));
    });

    it('in the middle of a get breaks the stream, which goes on when there is patience', async () => {
      const storage = await connected(server);
      await storage.put('a', body);
      const read = async (from: StorageBackend) => {
        const chunks: Buffer[] = [];
        for await (const chunk of (await from.get('a')) as AsyncIterable<Buffer>) {
          if (chunks.push(chunk) === 20) await server.cut();
        }
        return Buffer.concat(chunks);
      };
      await assert.rejects(read(storage), (error) => isFailure(error, 'storage.unavailable'));
      assert.ok(bytes.equals(await read(retryingStorage(storage, RETRY))));
    });

    it('between two calls is not noticed', async () => {
      const storage = await connected(server);
      await storage.put('a', textBody('x'));
      await server.stop();
      await server.start();
      assert.equal(await textAt(storage, 'a'), 'x');
    });

    it('for a while is unavailable, and as before when it is back', async () => {
      const storage = await connected(server);
      await storage.put('a', textBody('x'));
      await server.stop();
      await failsWith('storage.unavailable', () => storage.head('a'));
      const waiting = textAt(retryingStorage(storage, RETRY), 'a');
      await server.start();
      assert.equal(await waiting, 'x');
    });

    it('by standing still is given up in time, or at once when that is wanted', async () => {
      const storage = await connected(server, { timeoutSeconds: 0.5 });
      const still = interruptedBody(body, () => server.freeze());
      await failsWith('storage.timeout', () => storage.put('a', still));
      await server.thaw();
      await storage.put('a', body);

      const patient = await connected(server, { timeoutSeconds: 3600 });
      const stop = new AbortController();
      const reason = new Error('no longer wanted');
      const stopped = interruptedBody(body, async () => {
        await server.freeze();
        setImmediate(() => stop.abort(reason));
      });
      await assert.rejects(patient.put('a', stopped, stop.signal), (error) => error === reason);
      await server.thaw();
      assert.deepEqual(await keysOf(patient), []);
    });
  });
});
