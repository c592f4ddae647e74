import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it, type Context } from 'mocha';
import {
  filesBelow,
  Fixture,
  isRoot,
  kill9,
  noise,
  requireProgram,
  skipBecause,
  startFtpServer,
  startLine,
  startMiddleman,
  type Line,
} from '#test/support';
import { optionsOf, type StorageSettings } from '../e2e/storage-servers.js';
import { REACHED_KINDS, ReachedServers, type ReachedKind, type ReachedServer } from './reached-servers.js';
import { assertWhole, startBackup, TRIED_AGAIN, type TroubledBackup } from './troubled-backup.js';

const MiB = 1 << 20;
const SEGMENTS = ['--max-segment-size', '1MiB'];

describe('a backup to a server in trouble', function () {
  this.timeout(120_000);
  const servers = new ReachedServers();
  let fixture: Fixture;
  let containers = 0;
  before(() => {
    fixture = new Fixture();
    fixture.write(
      Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`file-${i}`, noise(900_000, i + 1)])),
    );
  });
  beforeEach(() => (containers += 1));
  after(async () => {
    await servers[Symbol.asyncDispose]();
    await fixture.remove();
  });
  const container = () => `in-trouble-${containers}`;

  interface Trouble {
    readonly settings?: StorageSettings;
    /** Before the backup begins. */
    readonly prepare?: (line: Line) => void;
    readonly make?: (line: Line, backup: TroubledBackup, server: ReachedServer) => Promise<void>;
  }

  /** Backs up over a line of its own while there is trouble, and looks past the line at what came of it. */
  async function overLine(context: Context, kind: ReachedKind, trouble: Trouble): Promise<void> {
    const server = await servers.ready(context, kind);
    await using line = await startLine(server.port);
    trouble.prepare?.(line);
    const where = server.where(line.port, container(), trouble.settings);
    const backup = await startBackup(fixture, [...where, ...SEGMENTS]);
    try {
      await trouble.make?.(line, backup, server);
      await backup.succeeds();
    } finally {
      await kill9(backup.running);
    }
    const past = server.where(server.port, container());
    assert.equal(await assertWhole(fixture, past, fixture.source), 1);
  }

  const isTriedTwice = (backup: TroubledBackup) => () => backup.logged(TRIED_AGAIN, '"attempt":2').length > 0;

  for (const kind of REACHED_KINDS) {
    it(`goes on when its connections are cut in the middle of a segment, twice: ${kind}`, async function () {
      await overLine(this, kind, {
        make: async (line, backup) => {
          for (const _ of ['once', 'again']) {
            const tries = backup.logged(TRIED_AGAIN).length;
            await Promise.race([line.cutAfter(2.4 * MiB), backup.running.exit]);
            await backup.until('it tries again', () => backup.logged(TRIED_AGAIN).length > tries);
          }
        },
      });
    });

    it(`goes on when the server was away for a while: ${kind}`, async function () {
      await overLine(this, kind, {
        make: async (line, backup, server) => {
          await Promise.race([line.cutAfter(2.4 * MiB), backup.running.exit]);
          await server.stop();
          try {
            await backup.until('it finds nobody, twice', isTriedTwice(backup));
          } finally {
            await server.start();
          }
        },
      });
    });

    it(`goes on when nothing had moved for some time: ${kind}`, async function () {
      await overLine(this, kind, {
        settings: { timeoutSeconds: '2' },
        // So slow that there is a middle to hit.
        prepare: (line) => (line.bytesPerSecond = 4 * MiB),
        make: async (line, backup) => {
          await backup.until('some bytes moved', () => line.bytes() > 1.5 * MiB);
          line.stall();
          const isNoticed = () => backup.logged(TRIED_AGAIN, 'storage.timeout').length > 0;
          await backup.until('the stall is noticed', isNoticed);
          line.goOn();
        },
      });
    });

    // A second for each call would say the same and take ten times as long.
    it(`is only slower when each answer takes a tenth of a second: ${kind}`, async function () {
      await overLine(this, kind, { prepare: (line) => line.delay(50) });
    });
  }

  for (const kind of ['s3', 'swift'] as const) {
    it(`comes through a storm in which each put is refused at first: ${kind}`, async function () {
      const server = await servers.ready(this, kind);
      await using man = await startMiddleman(server.port);
      const refused = new Map<string, number>();
      man.interfere = ({ method, path }) => {
        const times = refused.get(path) ?? 0;
        // Each third one twice, and then the server says when to come back.
        const isLong = times === 1 && refused.size % 3 === 0;
        if (method !== 'PUT' || (times > 0 && !isLong)) return undefined;
        refused.set(path, times + 1);
        const headers: Record<string, string> = isLong ? { 'retry-after': '1' } : {};
        return { status: 503, headers, body: 'slow down' };
      };
      const backup = await startBackup(fixture, [...server.where(man.port, container()), ...SEGMENTS]);
      try {
        await backup.succeeds();
      } finally {
        await kill9(backup.running);
      }
      assert.ok(refused.size > 8, `only ${refused.size} puts`);
      assert.ok(backup.logged(TRIED_AGAIN, 'storage.unavailable').length >= refused.size);
      assert.equal(await assertWhole(fixture, server.where(server.port, container()), fixture.source), 1);
    });
  }

  for (const how of ['cut', 'stopped, and started again'] as const) {
    it(`goes on when the server is ${how} in the middle of a segment: ftp`, async function () {
      for (const program of ['vsftpd', 'openssl']) requireProgram(this, program);
      if (!isRoot()) skipBecause(this, 'only root may start vsftpd');
      await using server = await startFtpServer();
      const { host, port, user, password, directory } = server;
      const passwordFile = join(fixture.place, 'password');
      await writeFile(passwordFile, password);
      const login = { host, port: String(port), user, passwordFile };
      const where = optionsOf('ftp', { ...login, container: `${server.container}/backups` });
      const backup = await startBackup(fixture, [...where, ...SEGMENTS, '--upload-limit', '3MiB']);
      try {
        await backup.until('a segment is on its way', () => bytesIn(directory) > 1.4 * MiB);
        if (how === 'cut') {
          const isNoticed = () => backup.logged(TRIED_AGAIN).length > 0;
          // Between two calls a cut harms none of them; then it is made again when more has come.
          while (!isNoticed()) {
            await server.cut();
            const reached = bytesIn(directory);
            const goesOn = () => bytesIn(directory) > reached + 0.4 * MiB;
            await backup.until('it notices the cut, or goes on', () => isNoticed() || goesOn());
          }
        } else {
          await server.stop();
          await backup.until('it finds nobody, twice', isTriedTwice(backup));
          await server.start();
        }
        await backup.succeeds();
      } finally {
        await kill9(backup.running);
      }
      assert.ok(backup.logged(TRIED_AGAIN).length > 0);
      assert.equal(await assertWhole(fixture, where, fixture.source), 1);
    });
  }
});

/** Sizes of all files below a directory. */
function bytesIn(directory: string): number {
  const sizes = filesBelow(directory).map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}
