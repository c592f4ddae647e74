import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'mocha';
import { passableDirectory } from '#embedded-postgres/testing';
import { runToEnd, systemCommands } from '#host';
import { isFailure } from '#kernel';
import { isRoot, skipBecause } from '#test/support';
import { accountFor, accountsIn } from './account.js';
import { packaged } from './packaged.js';
import { programsFor } from './programs.js';
import { restartWait } from './restart-policy.js';

/** As npm leaves it when it runs no scripts of packages: a link is missing. */
async function unlinked() {
  const source = await packaged();
  return { ...source, links: [...source.links, { target: 'lib/libpq.so.5.18', link: 'lib/more.so' }] };
}

describe("PostgreSQL's programs", () => {
  it('are copied once, with their links, when they cannot run where npm has put them', async () => {
    await using home = await passableDirectory();
    const source = await unlinked();
    const account = await accountFor(path.join(home.path, 'data'));
    const cache = path.join(home.path, 'programs');
    const [one, two] = await Promise.all(
      [1, 2].map(() => programsFor(account, systemCommands, cache, source)),
    );
    assert.deepEqual(one!.call('initdb', []), two!.call('initdb', []));
    assert.deepEqual(readdirSync(cache), [source.build]);
    assert.equal(await readlink(path.join(cache, source.build, 'lib', 'more.so')), 'libpq.so.5.18');
    const call = one!.call('postgres', ['--version']);
    assert.equal(call.program, path.join(cache, source.build, 'bin', 'postgres'));
    assert.match((await runToEnd(systemCommands, call)).stdout.toString(), /PostgreSQL/);
  });

  it('name the directory that shuts their user out', async function () {
    if (!isRoot()) skipBecause(this, 'only root runs them as another');
    await using home = await passableDirectory();
    const source = await unlinked();
    const account = await accountFor(path.join(home.path, 'data'));
    const closed = path.join(home.path, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    await assert.rejects(
      programsFor(account, systemCommands, path.join(closed, 'programs'), source),
      (e) => isFailure(e, 'platform.state-unusable') && e.message.includes(closed),
    );
  });
});

describe('accounts', () => {
  it('are read from lines that have numbers', () => {
    const passwd = 'root:x:0:0::/root:/bin/sh\n+::::::\nfirn:x:990:991::/:/bin/false\nbroken\n';
    assert.deepEqual(accountsIn(passwd), [
      { name: 'root', user: { uid: 0, gid: 0 } },
      { name: 'firn', user: { uid: 990, gid: 991 } },
    ]);
  });
});

describe('starting a database again', () => {
  it('is at once the first time, later each time, and ends with the fifth death in a minute', () => {
    const deaths = [0, 1000, 2000, 3000, 4000];
    assert.deepEqual(
      deaths.map((_, last) => restartWait(deaths.slice(0, last + 1))),
      [0, 250, 1000, 3000, undefined],
    );
  });

  it('forgets deaths that are a minute past', () => {
    assert.equal(restartWait([0, 1, 2, 3, 60_000 + 4]), 0);
  });
});
