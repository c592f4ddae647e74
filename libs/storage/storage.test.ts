import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { temporaryDirectory } from '#host';
import { silentLogger, z } from '#kernel';
import { HurryingClock } from '#kernel/testing';
import {
  assertKey,
  bodyOf,
  composeStorage,
  defineStorageDriver,
  fileBody,
  readAll,
  readOnlyStorage,
  type StorageBackend,
  type StorageOptions,
} from '#storage';
import { storageDriver, storageDrivers } from '#storage/drivers';
import {
  bytesAt,
  failsWith,
  faultyStorage,
  keysOf,
  memoryStorage,
  testBytes,
  textAt,
  textBody,
  type ScriptedFault,
} from '#storage/testing';

describe('storage kinds', () => {
  it('are found by name', () => {
    assert.deepEqual(storageDrivers.map(({ kind }) => kind).sort(), [
      'ftp',
      'ftps',
      'local',
      'memory',
      's3',
      'sftp',
      'swift',
    ]);
    for (const driver of storageDrivers)
      for (const name of [driver.kind, ...driver.aliases]) assert.equal(storageDriver(name), driver);
  });

  it('that are unknown are refused with all kinds and the nearest', async () => {
    const failure = await failsWith('storage.unknown-kind', async () => storageDriver('locla'));
    assert.match(failure.message, /"locla" \(did you mean "local"\?\)/);
    assert.match(failure.message, /local, .*memory/);
  });

  it('that are unknown are refused with the names that could have been meant', async () => {
    const failure = await failsWith('storage.unknown-kind', async () => storageDriver('offcie', ['office']));
    assert.match(failure.message, /did you mean "office".*by their names office/);
  });

  it('explain every one of their settings, and say which are secret', () => {
    for (const { kind, summary, config, secrets } of storageDrivers) {
      assert.match(summary, /\w{3}/, kind);
      const { properties = {} } = z.toJSONSchema(config);
      for (const [name, setting] of Object.entries(properties)) {
        assert.ok(typeof setting === 'object' && setting.description, `${kind}: ${name} has no line of help`);
      }
      for (const secret of secrets) assert.ok(secret in properties, `${kind}: ${secret} is no setting`);
    }
  });

  it('check their settings, name every problem, and open with what the schema makes of them', async () => {
    const opened: unknown[] = [];
    const driver = defineStorageDriver({
      kind: 'imagined',
      summary: 'a storage that is only imagined',
      config: z.strictObject({ host: z.string(), port: z.int().default(22), password: z.string() }),
      secrets: ['password'],
      open: async (config): Promise<StorageBackend> => {
        opened.push(config);
        return memoryStorage();
      },
    });
    await driver.open({ host: 'h', password: 'p' });
    assert.deepEqual(opened, [{ host: 'h', port: 22, password: 'p' }]);
    const failure = await failsWith('input.invalid', () => driver.open({ host: 1, pasword: 'p' }));
    for (const word of [/imagined/, /host/, /password/]) assert.match(failure.message, word);
    assert.equal(opened.length, 1);
  });
});

describe('bodies', () => {
  it('from memory know their size and digest, and open any number of times', async () => {
    const body = bodyOf([Buffer.from('hel'), Buffer.from('lo')]);
    assert.equal(body.size, 5);
    assert.equal(body.sha256, '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
    for (let round = 0; round < 2; round += 1) assert.equal((await readAll(body.open())).toString(), 'hello');
    assert.equal(bodyOf(Buffer.from('hello'), 'given').sha256, 'given');
  });

  it('from a file are read anew each time, and checked against their size', async () => {
    await using place = await temporaryDirectory('firn-storage-');
    const path = join(place.path, 'spool');
    const bytes = testBytes(3_000_000);
    await writeFile(path, bytes);
    const body = fileBody(path, bytes.length, bodyOf(bytes).sha256);
    const storage = memoryStorage();
    for (const key of ['a', 'b']) {
      await storage.put(key, body);
      assert.ok(bytes.equals(await bytesAt(storage, key)));
    }
    await writeFile(path, bytes.subarray(1));
    await failsWith('storage.body-mismatch', () => storage.put('c', body));
    await failsWith('input.file-unreadable', () => storage.put('c', fileBody(`${path}.missing`, 1, '')));
  });
});

describe('keys', () => {
  it('are checked without a storage, too', () => {
    assertKey('backups/host/name/20260101T000000Z-00000000/segments/00000000');
    assert.throws(() => assertKey('../x'), { code: 'storage.key-invalid' });
  });
});

describe('a read-only storage', () => {
  it('reads, and refuses to put and remove', async () => {
    const faulty = faultyStorage(memoryStorage(), []);
    await faulty.put('a', textBody('x'));
    const storage = readOnlyStorage(faulty);
    await failsWith('storage.read-only', () => storage.put('b', textBody('x')));
    await failsWith('storage.read-only', () => storage.remove('a'));
    assert.equal(await textAt(storage, 'a'), 'x');
    assert.deepEqual(await keysOf(storage), ['a']);
    assert.deepEqual(faulty.diary, ['put a', 'get a', 'list ']);
  });
});

describe('a composed storage', () => {
  const options = (more: Partial<StorageOptions> = {}): StorageOptions => ({
    clock: new HurryingClock(),
    random: () => 0,
    logger: silentLogger,
    ...more,
  });
  const composed = (faults: readonly ScriptedFault[], more?: Partial<StorageOptions>) => {
    const faulty = faultyStorage(memoryStorage(), faults);
    return { faulty, storage: composeStorage(faulty, options(more)) };
  };

  it('retries, and gives up as it is told', async () => {
    const patient = composed([1, 2, 3].map((nth) => ({ call: 'put', nth, does: 'fail' })));
    await patient.storage.put('a', textBody('x'));
    const hasty = composed([{ call: 'put', nth: 1, does: 'fail' }], { retry: { attempts: 1 } });
    await failsWith('storage.unavailable', () => hasty.storage.put('a', textBody('x')));
  });

  it('logs every attempt', async () => {
    const results: unknown[] = [];
    const note = (_: string, facts: object = {}) => void results.push('result' in facts && facts.result);
    const logger = { ...silentLogger, debug: note, warn: note };
    const { storage } = composed([{ call: 'put', nth: 1, does: 'fail' }], { logger });
    await storage.put('a', textBody('x'));
    assert.deepEqual(results, ['storage.unavailable', 'ok']);
  });

  it('holds no connection while a failed call waits for its next try', async () => {
    const { storage, faulty } = composed([{ call: 'put', nth: 1, does: 'fail' }], { connections: 1 });
    await Promise.all([storage.put('a', textBody('x')), storage.put('b', textBody('x'))]);
    assert.deepEqual(faulty.diary, ['put a → fail', 'put b', 'put a']);
    assert.equal(storage.properties.connections, 1);
  });

  it('counts what is sent again against the rate', async () => {
    const clock = new HurryingClock();
    const start = clock.now().getTime();
    const faults = [{ call: 'put', nth: 1, does: 'lose-answer' }] as const;
    const { storage } = composed(faults, { clock, bytesPerSecond: 1000, retry: { baseMs: 1, maxMs: 1 } });
    await storage.put('a', bodyOf(testBytes(10_000)));
    // Sent, and read once to see that it is there: 20 seconds' worth.
    assert.ok(clock.now().getTime() - start >= 19_800);
  });

  it('refuses to write when it is for reading', async () => {
    const { storage, faulty } = composed([], { readOnly: true });
    await failsWith('storage.read-only', () => storage.put('a', textBody('x')));
    assert.deepEqual(faulty.diary, []);
  });
});
