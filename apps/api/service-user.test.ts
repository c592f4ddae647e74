import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'mocha';
import { authenticate } from '#control';
import { withTemporaryDirectory } from '#test/support';
import { writeServiceUser } from './service-user.js';
import { startTestApi } from './testing/start-test-api.js';

interface Credentials {
  readonly username: string;
  readonly password: string;
}

describe('the account of an embedded scheduler', () => {
  it('is written for its owner alone, works, and stays while it works', () =>
    withTemporaryDirectory(async (home) => {
      await using api = await startTestApi({ users: false });
      const file = path.join(home, 'secrets/scheduler.json');
      await writeServiceUser(api.parts, file);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      const first = await credentialsIn(file);
      const user = await authenticate(api.parts, first);
      assert.deepEqual([user.name, user.project, user.roles], ['scheduler', 'default', ['service']]);
      await writeServiceUser(api.parts, file);
      assert.deepEqual(await credentialsIn(file), first);
    }));

  for (const text of ['', 'nonsense', '{"username":1}', '{"username":"scheduler","password":"old"}']) {
    it(`is given a new password when the file holds ${JSON.stringify(text)}`, () =>
      withTemporaryDirectory(async (home) => {
        await using api = await startTestApi({ users: false });
        const file = path.join(home, 'scheduler.json');
        await writeFile(file, text, { mode: 0o644 });
        await writeServiceUser(api.parts, file);
        assert.equal((await stat(file)).mode & 0o777, 0o600);
        await authenticate(api.parts, await credentialsIn(file));
      }));
  }
});

async function credentialsIn(file: string): Promise<Credentials> {
  return JSON.parse(await readFile(file, 'utf8')) as Credentials;
}
