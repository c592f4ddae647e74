import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  backupId,
  containerId,
  Failure,
  isBackupId,
  isContainerId,
  jsonLogger,
  nearest,
  parse,
  systemClock,
  withNearest,
  z,
} from '#kernel';
import { FakeClock, HurryingClock } from '#kernel/testing';

describe('ids', () => {
  it('of backups tell the time of their start, and sort by it', () => {
    const id = backupId(new Date('2026-11-20T09:34:15.999Z'), Buffer.from('4f7a9c21', 'hex'));
    assert.equal(id, '20261120T093415Z-4f7a9c21');
    assert.ok(isBackupId(id) && !isBackupId(`${id}0`) && !isBackupId('latest'));
    assert.ok(isContainerId(containerId(Buffer.alloc(16))) && !isContainerId('00'));
  });
});

describe('the nearest name', () => {
  it('is found for a slip of the finger, and not for another word', () => {
    assert.equal(nearest('zsdt', ['zstd', 'gzip']), 'zstd');
    assert.equal(nearest('MAX-LEVAL', ['max-level', 'always-level']), 'max-level');
    assert.equal(nearest('elephant', ['zstd', 'gzip']), undefined);
    assert.equal(withNearest('gzpi', ['gzip']), '"gzpi" (did you mean "gzip"?)');
    assert.equal(withNearest('lz4', ['zstd']), '"lz4"');
  });
});

describe('a schema', () => {
  const schema = z.strictObject({ name: z.string(), age: z.int() });

  it('names every problem with its place and the nearest key, not only the first', () => {
    assert.throws(
      () => parse(schema, { nam: 'x', age: 'old' }, 'the person'),
      (error) => {
        assert.ok(error instanceof Failure);
        assert.equal(error.code, 'input.invalid');
        for (const words of [
          /the person is not valid/,
          /name: /,
          /age: /,
          /"nam" \(did you mean "name"\?\)/,
        ]) {
          assert.match(error.message, words);
        }
        assert.equal((error.context['problems'] as unknown[]).length, 3);
        return true;
      },
    );
  });

  it('names the nearest key of the place where it is wrong, also inside lists and what may be missing', () => {
    const inner = z.strictObject({ hour: z.string() }).optional();
    const nested = z.strictObject({
      when: inner,
      houses: z.array(z.strictObject({ street: z.string() })).nullish(),
    });
    assert.throws(
      () => parse(nested, { when: { houre: '3' }, houses: [{ street: 'x', stret: 'y' }] }, 'it'),
      (error) => {
        assert.ok(error instanceof Failure);
        const problems = error.context['problems'] as { path: string; message: string }[];
        assert.deepEqual(
          problems.filter(({ message }) => message.startsWith('unknown')),
          [
            { path: 'when', message: 'unknown key "houre" (did you mean "hour"?)' },
            { path: 'houses.0', message: 'unknown key "stret" (did you mean "street"?)' },
          ],
        );
        return true;
      },
    );
  });

  it('gives what is good', () => {
    assert.deepEqual(parse(schema, { name: 'x', age: 3 }, 'it'), { name: 'x', age: 3 });
  });
});

describe('a clock', () => {
  it('that is real sleeps, and can be woken by a signal with its reason', async () => {
    await systemClock.sleep(1);
    const reason = new Error('enough');
    await assert.rejects(systemClock.sleep(60_000, AbortSignal.abort(reason)), reason);
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await assert.rejects(sleeping, reason);
  });

  it('that is fake moves only when it is moved', async () => {
    const clock = new FakeClock();
    const start = clock.now().getTime();
    let woken = false;
    const sleeping = clock.sleep(100).then(() => (woken = true));
    clock.advance(99);
    await Promise.resolve();
    assert.equal(woken, false);
    clock.advance(1);
    await sleeping;
    assert.equal(clock.now().getTime() - start, 100);
    await new HurryingClock().sleep(1_000_000);
  });
});

describe('a log', () => {
  it('is one JSON object a line, from the least level upwards, with the facts of its children', () => {
    const lines: string[] = [];
    const log = jsonLogger((line) => lines.push(line), new FakeClock(), 'info').child({ run: 7 });
    log.debug('not told');
    log.warn('told', { bytes: 3 });
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [{ time: '2026-01-01T00:00:00.000Z', level: 'warn', msg: 'told', run: 7, bytes: 3 }],
    );
  });
});
