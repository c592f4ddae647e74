import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { temporaryDirectory, type TemporaryDirectory } from '#host';
import { bodyOf, type StorageBackend } from '#storage';
import { storageDriver } from '#storage/drivers';
import { bytesAt, describeStorageContract, failsWith, testBytes, textBody } from '#storage/testing';
import { startFakeServer, type FakeServer, type FakeServerOptions } from './testing/fake-server.js';

const ACCOUNT = { user: 'me', password: 'correct horse' };

interface Place extends AsyncDisposable {
  readonly directory: string;
  readonly server: FakeServer;
  open(settings?: object): Promise<StorageBackend>;
}

async function newPlace(options: Partial<FakeServerOptions> = {}): Promise<Place> {
  const directory: TemporaryDirectory = await temporaryDirectory('firn-sftp-');
  const server = await startFakeServer({ ...ACCOUNT, ...options });
  const knownHostsFile = join(directory.path, 'known_hosts');
  await writeFile(knownHostsFile, server.knownHost);
  const { host, port } = server;
  const container = join(directory.path, 'container');
  return {
    directory: directory.path,
    server,
    open: (settings = {}) =>
      storageDriver('sftp').open({ host, port, knownHostsFile, container, ...ACCOUNT, ...settings }),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await directory.remove();
    },
  };
}

describe('a fake server that is not OpenSSH', () => {
  let place: Place;
  let containers = 0;
  before(async () => {
    place = await newPlace();
  });
  after(() => place[Symbol.asyncDispose]());
  describeStorageContract('sftp on a fake server', {
    open: () => place.open({ container: `${place.directory}/${(containers += 1)}` }),
  });
});

describe('the sftp storage on a fake server that is not OpenSSH', () => {
  it('does not overwrite where a rename would, and asks for no more than any server takes', async () => {
    await using place = await newPlace();
    const storage = await place.open();
    const bytes = testBytes(1 << 20);
    await storage.put('a', bodyOf(bytes));
    await failsWith('storage.object-exists', () => storage.put('a', textBody('other')));
    assert.ok(bytes.equals(await bytesAt(storage, 'a')), 'the bytes are the same');
    assert.ok(Math.max(...place.server.writes) <= 32 << 10, `${Math.max(...place.server.writes)} bytes`);
    assert.equal(place.server.diary.filter((request) => request === 'RENAME').length, 1);
    await storage.close();
  });

  for (const method of ['password', 'keyboard-interactive'] as const) {
    it(`is let in by ${method}, and not with a wrong password, which nobody is told`, async () => {
      await using place = await newPlace({ method });
      const storage = await place.open();
      await storage.put('a', textBody('x'));
      await storage.close();
      const stranger = await place.open({ password: 'wrong horse' });
      const failure = await failsWith('storage.login-refused', () => stranger.head('a'));
      assert.ok(!`${failure.message} ${JSON.stringify(failure.context)}`.includes('horse'), failure.message);
      await stranger.close();
    });
  }
});
