import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { listTree, PlatformFixture, startService, type ServiceProcess } from '#test/support';

describe('a platform that cannot start', function () {
  this.timeout(60_000);
  let platform: PlatformFixture;
  beforeEach(async () => {
    platform = await PlatformFixture.prepare();
  });
  afterEach(() => platform[Symbol.asyncDispose]());

  function up(port: number): Promise<ServiceProcess> {
    return startService('cli', ['up', `--state=${platform.state}`, `--port=${port}`]);
  }

  const textOf = ({ out, log }: ServiceProcess) => JSON.stringify([out, log]);

  describe('because its port is taken', () => {
    let server: Server;
    let port: number;
    beforeEach(async () => {
      server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      ({ port } = server.address() as AddressInfo);
    });
    afterEach(() => new Promise((resolve) => server.close(resolve)));

    it('says which, before it has made anything: firn-api', async () => {
      const api = await startService('api', [`--port=${port}`, `--state-dir=${platform.state}`]);
      assert.deepEqual(await api.exit, { code: 6, signal: undefined }, textOf(api));
      const last = api.log.at(-1);
      assert.deepEqual([last?.['msg'], last?.['code']], ['ended', 'platform.port-taken']);
      assert.match(String(last?.['failure']), new RegExp(`port ${port} `));
      assert.deepEqual([existsSync(platform.state), platform.leftovers()], [false, []]);
    });

    it('says which, and leaves nothing running: firn up', async () => {
      const command = await up(port);
      assert.deepEqual(await command.exit, { code: 6, signal: undefined }, textOf(command));
      assert.match(textOf(command), new RegExp(`platform\\.port-taken: port ${port} `));
      assert.deepEqual(platform.leftovers(), []);
      assert.ok(!existsSync(join(platform.state, 'postgres')), 'no database was made');
    });
  });

  describe('because a newer version has its state directory', () => {
    const newer = (directory: string): void => {
      mkdirSync(join(directory, 'things'), { recursive: true });
      writeFileSync(join(directory, 'firn-state.json'), '{"version":99,"layout":"of tomorrow"}\n');
      writeFileSync(join(directory, 'things', 'thing'), 'unknown\n');
    };
    const stateOf = (directory: string): readonly object[] =>
      listTree(directory).map(({ path }) => {
        const { mode, mtimeMs, ino } = statSync(join(directory, path));
        return { path, mode, mtimeMs, ino };
      });
    const words = /has version 99|newer Firn \(version 99/;

    const programs: [string, (state: string) => Promise<ServiceProcess>][] = [
      ['firn-api', (state) => startService('api', ['--port=0', `--state-dir=${state}`])],
      ['firn up', () => up(0)],
      [
        'firn-scheduler',
        (state) => {
          const account = { FIRN_USERNAME: 'scheduler', FIRN_PASSWORD: 'nobody asks for it' };
          const places = [`--state-dir=${state}`, `--jobs-dir=${platform.jobs}`, '--client-id=node1'];
          return startService('scheduler', ['--api-url=http://127.0.0.1:1', ...places], { env: account });
        },
      ],
    ];
    for (const [name, start] of programs) {
      it(`says so, and changes nothing in it: ${name}`, async () => {
        newer(platform.state);
        const before = stateOf(platform.state);
        const command = await start(platform.state);
        assert.deepEqual(await command.exit, { code: 7, signal: undefined }, textOf(command));
        assert.match(textOf(command), /platform\.state-newer/);
        assert.match(textOf(command), words);
        assert.deepEqual(stateOf(platform.state), before);
        assert.deepEqual(platform.leftovers(), []);
      });
    }
  });
});
