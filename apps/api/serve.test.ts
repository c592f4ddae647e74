import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { describe, it } from 'mocha';
import { monotonicMs } from '#kernel';
import { memoryMetadata, type Metadata } from '#metadata';
import { ask } from './testing/ask.js';
import { startTestApi, type TestApi } from './testing/start-test-api.js';

describe('an API that is told to stop', () => {
  it('answers the request that it has begun, and takes no more', async () => {
    const held = heldMetadata();
    const api = await startTestApi({ parts: { metadata: held.metadata } });
    const { token } = { token: api.tokens.service };
    held.hold();
    const begun = ask(api.url, 'GET /api/v1/tokens/current', { token });
    await held.asked;
    const closed = api.close();
    await assert.rejects(ask(api.url, 'GET /healthz'), { code: 'ECONNREFUSED' });
    held.release();
    assert.equal((await begun).status, 200);
    await closed;
  });

  it('does not wait for callers who only keep their connection', async () => {
    const api = await startTestApi();
    const agent = new Agent({ keepAlive: true });
    await overKept(agent, api);
    const before = monotonicMs();
    await api.close();
    assert.ok(monotonicMs() - before < 900, 'it waited');
    agent.destroy();
  });

  it('does not wait for a kept connection whose request it has just answered', async () => {
    const held = heldMetadata();
    const api = await startTestApi({ parts: { metadata: held.metadata } });
    const agent = new Agent({ keepAlive: true });
    held.hold();
    const begun = overKept(agent, api, '/api/v1/tokens/current', api.tokens.reader);
    await held.asked;
    const before = monotonicMs();
    const closed = api.close();
    held.release();
    assert.equal(await begun, 200);
    await closed;
    assert.ok(monotonicMs() - before < 900, 'it waited');
    agent.destroy();
  });

  it('cuts off what is not done in time', async () => {
    const held = heldMetadata();
    const api = await startTestApi({ parts: { metadata: held.metadata } });
    held.hold();
    const begun = ask(api.url, 'GET /api/v1/tokens/current', { token: api.tokens.reader });
    const cutOff = assert.rejects(begun, { code: 'ECONNRESET' });
    await held.asked;
    await api.close();
    await cutOff;
    held.release();
  });
});

describe('an address', () => {
  it('that somebody has is refused with platform.port-taken', async () => {
    await using api = await startTestApi();
    const port = Number(new URL(api.url).port);
    await assert.rejects(startTestApi({ address: { host: '127.0.0.1', port } }), {
      code: 'platform.port-taken',
      context: { host: '127.0.0.1', port },
    });
  });

  it('that is none of this machine is refused by its name', async () => {
    await assert.rejects(startTestApi({ address: { host: '192.0.2.1', port: 0 } }), {
      code: 'input.invalid',
      message: /192\.0\.2\.1/,
    });
  });
});

/** Metadata whose transactions wait while they are held. */
function heldMetadata(): {
  metadata: Metadata;
  hold(): void;
  release(): void;
  readonly asked: Promise<void>;
} {
  const inner = memoryMetadata();
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let held = false;
  return {
    asked: asked.promise,
    hold: () => (held = true),
    release: () => released.resolve(),
    metadata: {
      ready: (signal) => inner.ready(signal),
      close: () => inner.close(),
      transaction: async (work) => {
        if (held) {
          asked.resolve();
          await released.promise;
        }
        return inner.transaction(work);
      },
    },
  };
}

function overKept(agent: Agent, { url }: TestApi, path = '/healthz', token = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
    const asked = request(url + path, { agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.on('error', reject);
    asked.end();
  });
}
