import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { freePort } from '#host';
import { silentLogger, systemClock } from '#kernel';
import { memoryMetadata, type Metadata } from '#metadata';
import { sqlMetadata } from '#metadata/sql';
import { postgresQueue } from '#queue/bullmq';
import { ask } from '../testing/ask.js';
import { startTestApi } from '../testing/start-test-api.js';
import { readinessView } from './readiness.js';

describe('an API with everything it needs', () => {
  it('lives, is ready, and says so of each part', async () => {
    await using api = await startTestApi();
    assert.deepEqual((await ask(api.url, 'GET /healthz')).body, { alive: true });
    const { status, body } = await ask(api.url, 'GET /readyz');
    assert.equal(status, 200);
    const { ready, parts } = readinessView.parse(body);
    assert.deepEqual([ready, parts.database.ready, parts.queue.ready], [true, true, true]);
  });
});

describe('an API whose database and queue are away', () => {
  it('lives, is not ready, answers 503 to what needs them, and measures the rest', async () => {
    const url = `postgres://firn@127.0.0.1:${await freePort()}/firn`;
    const away = await sqlMetadata({ url, logger: silentLogger, clock: systemClock });
    const queue = postgresQueue({ url, logger: silentLogger });
    const here = memoryMetadata();
    let present = true;
    // The users are there first; then the database goes.
    const metadata: Metadata = {
      ready: (signal) => (present ? here : away).ready(signal),
      transaction: (work) => (present ? here : away).transaction(work),
      close: () => here.close(),
    };
    const api = await startTestApi({ parts: { metadata, queue } });
    try {
      present = false;
      assert.equal((await ask(api.url, 'GET /healthz')).status, 200);
      const readyz = await ask(api.url, 'GET /readyz');
      assert.equal(readyz.status, 503);
      const { parts } = readinessView.parse(readyz.body);
      assert.deepEqual(
        [parts.database.code, parts.queue.code],
        ['metadata.unavailable', 'queue.unavailable'],
      );
      const poll = await ask(api.url, 'GET /api/v1/node/jobs?clientId=web1', { token: api.tokens.service });
      assert.deepEqual([poll.status, poll.body.code], [503, 'metadata.unavailable']);
      const metrics = await ask(api.url, 'GET /metrics');
      assert.equal(metrics.status, 200);
      assert.match(metrics.text, /^firn_part_answers\{part="database"\} 0$/m);
      assert.match(metrics.text, /^firn_part_answers\{part="queue"\} 0$/m);
      assert.doesNotMatch(metrics.text, /^firn_runs\{/m);
      assert.match(metrics.text, /^process_resident_memory_bytes /m);
      present = true;
      const back = await ask(api.url, 'GET /api/v1/tokens/current', { token: api.tokens.admin });
      assert.equal(back.status, 200);
    } finally {
      await api.close();
      await queue.close();
      await away.close();
    }
  });
});
