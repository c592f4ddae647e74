import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { isFailure, type FailureCode } from '#kernel';
import { isRoot, skipBecause } from '#test/support';
import { started, States } from './states.fixture.js';

describe('the directory of an embedded PostgreSQL', () => {
  let states: States;
  before(async () => (states = await States.open()));
  after(() => states.remove());

  const CASES: { why: string; spoil: (directory: string) => void; code: FailureCode; says: RegExp }[] = [
    {
      why: 'has the layout of a newer Firn',
      spoil: (directory) => writeFileSync(path.join(directory, 'layout.json'), '{"layout":2,"more":true}'),
      code: 'platform.state-newer',
      says: /layout 2/,
    },
    {
      why: 'was made by a newer PostgreSQL',
      spoil: (directory) => writeFileSync(path.join(directory, 'data', 'PG_VERSION'), '19\n'),
      code: 'platform.state-newer',
      says: /PostgreSQL 19/,
    },
    {
      why: 'was made by an older PostgreSQL',
      spoil: (directory) => writeFileSync(path.join(directory, 'data', 'PG_VERSION'), '17\n'),
      code: 'platform.state-unusable',
      says: /PostgreSQL 17/,
    },
    {
      why: 'has a layout that cannot be read',
      spoil: (directory) => writeFileSync(path.join(directory, 'layout.json'), '{"lay'),
      code: 'platform.state-unusable',
      says: /layout\.json/,
    },
    {
      why: 'has lost its password',
      spoil: (directory) => rmSync(path.join(directory, 'password')),
      code: 'platform.state-unusable',
      says: /password/,
    },
  ];
  for (const { why, spoil, code, says } of CASES) {
    it(`is refused when it ${why}`, async () => {
      const directory = states.skeleton();
      spoil(directory);
      await assert.rejects(started(directory), (e) => isFailure(e, code) && says.test(e.message));
    });
  }

  it('is refused, and left as it is, when it holds something else', async () => {
    const directory = states.fresh();
    mkdirSync(directory);
    writeFileSync(path.join(directory, 'letters.txt'), 'mine');
    await assert.rejects(
      started(directory),
      (e) => isFailure(e, 'platform.state-unusable') && e.message.includes('letters.txt'),
    );
  });

  it('is refused when a file is in its place', async () => {
    const directory = states.fresh();
    writeFileSync(directory, 'mine');
    await assert.rejects(started(directory), (e) => isFailure(e, 'platform.state-unusable'));
  });

  it('is refused when the account that runs the server for root cannot reach it', async function () {
    if (!isRoot()) skipBecause(this, 'only root runs it as another');
    const closed = states.fresh();
    mkdirSync(closed, { mode: 0o700 });
    await assert.rejects(
      started(path.join(closed, 'below', 'database')),
      (e) =>
        isFailure(e, 'platform.state-unusable') &&
        e.message.includes(`cannot enter "${closed}"`) &&
        e.message.includes(`chmod o+x '${closed}'`),
    );
  });

  it('is refused when it may not be written', async function () {
    if (isRoot()) skipBecause(this, 'root may write anywhere');
    const closed = states.fresh();
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    await assert.rejects(started(path.join(closed, 'database')), (e) =>
      isFailure(e, 'platform.state-unusable'),
    );
  });
});
