import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isConnectionLoss } from './connection-loss.js';
import { logLines } from './log-lines.fixture.js';
import { Outage } from './outage.js';

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });

function watched() {
  const { lines, logger } = logLines();
  const time = { ms: 1_000_000 };
  const outage = new Outage(logger, () => time.ms);
  return { outage, time, told: () => lines.map((line) => line.msg) };
}

describe('an outage of the server of the queue', () => {
  it('is told once when it begins and once when it ends', () => {
    const { outage, time, told } = watched();
    outage.answered();
    for (let n = 0; n < 100; n += 1) {
      time.ms += 1000;
      outage.met(refused);
    }
    outage.answered();
    outage.answered();
    assert.deepEqual(told(), ['queue server lost', 'queue server back']);
  });

  it('is not told again for connections that are found dead afterwards', () => {
    const { outage, time, told } = watched();
    for (let n = 0; n < 5; n += 1) {
      outage.met(refused);
      outage.answered();
      time.ms += 500;
    }
    assert.deepEqual(told(), ['queue server lost', 'queue server back']);
  });

  it('is told a little later when it follows another one closely', () => {
    const { outage, time, told } = watched();
    outage.met(refused);
    outage.answered();
    for (let n = 0; n < 10; n += 1) {
      time.ms += 1000;
      outage.met(refused);
    }
    assert.deepEqual(told(), ['queue server lost', 'queue server back', 'queue server lost']);
  });

  it('calls its listeners at each end', () => {
    const { outage } = watched();
    let ends = 0;
    outage.onEnd(() => (ends += 1));
    outage.met(refused);
    outage.answered();
    outage.answered();
    outage.met(refused);
    outage.answered();
    assert.equal(ends, 2);
  });

  it('is something else than a server that refuses, which is told once a minute', () => {
    const { outage, time, told } = watched();
    for (let n = 0; n < 90; n += 1) {
      time.ms += 1000;
      outage.met(Object.assign(new Error('permission denied for table job'), { code: '42501' }));
    }
    assert.deepEqual(told(), ['queue trouble', 'queue trouble']);
  });

  const errors: [string, unknown, boolean][] = [
    ['a refused connection', refused, true],
    [
      'several addresses tried in vain',
      Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
      true,
    ],
    ['a connection that was cut', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), true],
    [
      'a socket that is not there',
      Object.assign(new Error('connect ENOENT /run/x'), { code: 'ENOENT' }),
      true,
    ],
    [
      'an administrator who ends connections',
      Object.assign(new Error('terminating'), { code: '57P01' }),
      true,
    ],
    ['a server that starts', Object.assign(new Error('the database starts up'), { code: '57P03' }), true],
    [
      'too many clients',
      Object.assign(new Error('sorry, too many clients already'), { code: '53300' }),
      true,
    ],
    ['what pg says of a server that hung up', new Error('Connection terminated unexpectedly'), true],
    [
      'a wrong password',
      Object.assign(new Error('password authentication failed'), { code: '28P01' }),
      false,
    ],
    ['a table that is gone', Object.assign(new Error('no relation "connection"'), { code: '42P01' }), false],
    ['a lock that BullMQ lost', Object.assign(new Error('Missing lock for job 1'), { code: -2 }), false],
    ['a string', 'connection lost', false],
  ];
  for (const [why, error, expected] of errors) {
    it(`${expected ? 'is' : 'is not'} told by ${why}`, () => assert.equal(isConnectionLoss(error), expected));
  }
});
