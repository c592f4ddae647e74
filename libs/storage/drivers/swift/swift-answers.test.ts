import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import type { FailureCode } from '#kernel';
import { bodyOf, readAll, type StorageBackend } from '#storage';
import { bytesAt, failsWith, keysOf, testBytes, textAt, textBody } from '#storage/testing';
import { requireSwift, sharedSwift, startMiddleman, type Interference, type Middleman } from '#test/support';
import { GivenSwift } from './testing/given-swift.js';

const MIB = 1 << 20;
const BYTES = testBytes(4 * MIB);

describe('Swift behind somebody who interferes', () => {
  let given: GivenSwift;
  let man: Middleman;
  let container: string;
  let storage: StorageBackend;
  before(async function () {
    requireSwift(this);
    given = new GivenSwift(await sharedSwift());
  });
  const open = async (settings: object = {}) => {
    container = given.container();
    const authUrl = `http://127.0.0.1:${man.port}/auth/v1.0`;
    return given.storage({ container, authUrl, ...settings });
  };
  beforeEach(async () => {
    man = await startMiddleman(given.swift.port);
    storage = await open();
    await storage.put('there', textBody('x'));
  });
  afterEach(async () => {
    await given.close();
    await man[Symbol.asyncDispose]();
  });
  /** Interferes with requests that are meant, and with no others; so many times. */
  const interfere = (isMeant: RegExp, what: Interference, times = Infinity) => {
    let left = times;
    man.interfere = ({ method, path }) =>
      isMeant.test(`${method} ${path}`) && (left -= 1) >= 0 ? what : undefined;
  };
  const heard = (what: RegExp) =>
    man.heard.filter(({ method, path }) => what.test(`${method} ${path}`)).length;

  const ANSWERS: readonly [
    status: number,
    code: FailureCode,
    headers: Record<string, string>,
    retryAfterMs?: number,
  ][] = [
    [429, 'storage.unavailable', { 'retry-after': '7' }, 7000],
    [498, 'storage.unavailable', {}],
    [500, 'storage.unavailable', {}],
    [503, 'storage.unavailable', { 'retry-after': '120' }, 120_000],
    [
      503,
      'storage.unavailable',
      { date: 'Wed, 21 Oct 2026 07:28:00 GMT', 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT' },
      30_000,
    ],
    [507, 'storage.full', {}],
    [413, 'storage.object-too-large', {}],
    [403, 'storage.access-denied', {}],
    [301, 'storage.unsupported', {}],
    [400, 'storage.unsupported', {}],
    [408, 'storage.timeout', {}],
  ];
  for (const [status, code, headers, retryAfterMs] of ANSWERS) {
    const wait = retryAfterMs === undefined ? '' : `, to be tried again after ${retryAfterMs} ms`;
    it(`calls ${status} ${code}${wait}`, async () => {
      interfere(/firn-/, { status, headers, body: 'no' });
      for (const call of [
        () => storage.put('a', bodyOf(BYTES)),
        () => bytesAt(storage, 'there'),
        () => storage.head('there'),
        () => storage.remove('there'),
        () => keysOf(storage),
      ]) {
        const failure = await failsWith(code, call);
        assert.equal(failure.context['retryAfterMs'], retryAfterMs);
        assert.equal(failure.context['place'], storage.properties.place);
      }
      man.interfere = () => undefined;
      assert.deepEqual(await keysOf(storage), ['there']);
    });
  }

  it('takes a new login, once, when a token is no longer known in the middle of a put', async () => {
    const before = heard(/auth/);
    interfere(/PUT .*\/a$/, { status: 401 }, 1);
    await storage.put('a', bodyOf(BYTES));
    assert.ok(BYTES.equals(await bytesAt(storage, 'a')));
    assert.equal(heard(/auth/), before + 1);
  });

  it('takes a new login between parts and in the middle of one, and sends that part again', async () => {
    storage = await open({ partSize: MIB });
    await storage.put('first', textBody('x'));
    interfere(/parts.*00000003$/, { status: 401 }, 1);
    let opened = 0;
    const body = bodyOf(BYTES);
    await storage.put('a', { ...body, open: () => ((opened += 1), body.open()) });
    assert.ok(BYTES.equals(await bytesAt(storage, 'a')));
    assert.ok(opened <= 2, `the body was read ${opened} times`);
    assert.equal(heard(/PUT .*parts/), 5);
  });

  it('takes one new login for many calls at once', async () => {
    const before = heard(/auth/);
    interfere(/PUT/, { status: 401 }, 3);
    await Promise.all(['b', 'c', 'd'].map((key) => storage.put(key, textBody(key))));
    assert.equal(heard(/auth/), before + 1);
    assert.deepEqual(await keysOf(storage), ['b', 'c', 'd', 'there']);
  });

  it('gives up when the new token is refused as well', async () => {
    const before = heard(/auth/);
    interfere(/firn-/, { status: 401 });
    await failsWith('storage.login-refused', () => storage.head('there'));
    assert.equal(heard(/auth/), before + 1);
    assert.equal(heard(/HEAD .*there$/), 2);
  });

  it('refuses what came to Swift with other bytes than those sent, and keeps nothing of it', async () => {
    interfere(/PUT .*\/a$/, { damage: 'request' });
    const failure = await failsWith('storage.unavailable', () => storage.put('a', bodyOf(BYTES)));
    assert.match(failure.message, /other bytes/);
    storage = await given.storage({
      container,
      authUrl: `http://127.0.0.1:${man.port}/auth/v1.0`,
      partSize: MIB,
    });
    interfere(/parts.*00000002$/, { damage: 'request' });
    await failsWith('storage.unavailable', () => storage.put('b', bodyOf(BYTES)));
    assert.deepEqual(await given.names(container), ['there']);
  });

  it('fails a get whose bytes are not those stored, with parts too', async () => {
    for (const partSize of [16 * MIB, MIB]) {
      man.interfere = () => undefined;
      storage = await open({ partSize });
      await storage.put('a', bodyOf(BYTES));
      interfere(/GET .*\/a$/, { damage: 'answer' });
      const failure = await failsWith('storage.unavailable', async () => readAll(await storage.get('a')));
      assert.match(failure.message, /other bytes/);
    }
  });

  it('sends little of a body that is refused at once', async () => {
    interfere(/PUT .*\/a$/, { status: 507 });
    const piece = Buffer.alloc(MIB);
    let opened = 0;
    const body = {
      ...bodyOf(
        Array.from({ length: 256 }, () => piece),
        '0'.repeat(64),
      ),
      async *open() {
        for (; opened < 256; opened += 1) yield piece;
      },
    };
    await failsWith('storage.full', () => storage.put('a', body));
    assert.ok(opened < 64, `${opened} MiB were sent`);
  });

  it('refuses a whole object where a range was asked for', async () => {
    await storage.put('two', textBody('xy'));
    man.interfere = ({ method, path, headers }) => {
      if (method === 'GET' && path.endsWith('/two')) delete (headers as Record<string, unknown>)['range'];
      return undefined;
    };
    await failsWith('storage.unsupported', () => bytesAt(storage, 'two', { start: 0, end: 1 }));
    assert.equal(await textAt(storage, 'two'), 'xy');
  });
});
