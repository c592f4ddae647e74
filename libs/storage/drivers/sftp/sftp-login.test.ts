import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { systemCommands } from '#host';
import { systemClock } from '#kernel';
import { failsWith, keysOf } from '#storage/testing';
import {
  canStartSshdWithPassword,
  requireProgram,
  skipBecause,
  startSshd,
  type SshdOptions,
  type TestSshd,
} from '#test/support';
import { loginsOf } from './logins.js';
import { loadSsh2 } from './ssh2.js';
import { newKeyAt, openOn, ran } from './testing/on-sshd.js';

const PASSWORD = 'correct horse';

async function logsIn(sshd: TestSshd, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const storage = await openOn(sshd, 'c', { privateKeyFile: undefined, ...settings });
  try {
    assert.deepEqual(await keysOf(storage), []);
  } finally {
    await storage.close();
  }
}

describe('logging in to an SSH server', () => {
  let sshd: TestSshd;
  before(async function () {
    requireProgram(this, 'sshd');
    sshd = await startSshd();
  });
  after(() => sshd?.[Symbol.asyncDispose]());

  /** A new key that the server knows. */
  const newKey = async (name: string, type: string, passphrase = ''): Promise<string> => {
    const file = join(sshd.workDirectory, name);
    await newKeyAt(file, type, passphrase);
    await appendFile(join(sshd.workDirectory, 'authorized_keys'), await readFile(`${file}.pub`));
    return file;
  };

  for (const type of ['ed25519', 'ecdsa', 'rsa']) {
    it(`takes a key of type ${type}`, async () => {
      await logsIn(sshd, { privateKeyFile: await newKey(`key-${type}`, type) });
    });
  }

  it('takes a key in PEM', async () => {
    const privateKeyFile = await newKey('pem', 'ecdsa');
    await ran('ssh-keygen', ['-q', '-p', '-m', 'PEM', '-N', '', '-f', privateKeyFile]);
    assert.match((await readFile(privateKeyFile)).toString(), /BEGIN EC PRIVATE KEY/);
    await logsIn(sshd, { privateKeyFile });
  });

  it('takes a key with its passphrase, and says what is wrong without it', async () => {
    const privateKeyFile = await newKey('locked', 'ed25519', PASSWORD);
    await logsIn(sshd, { privateKeyFile, passphrase: PASSWORD });
    const without = await failsWith('storage.login-refused', () => logsIn(sshd, { privateKeyFile }));
    assert.match(without.message, /passphraseFile/);
    const wrong = { privateKeyFile, passphrase: 'wrong horse' };
    const other = await failsWith('storage.login-refused', () => logsIn(sshd, wrong));
    assert.match(other.message, /another passphrase/);
    assert.ok(!other.message.includes('horse'), 'no secret is told');
  });

  it('refuses at the opening what is no key', async () => {
    await failsWith('input.file-unreadable', () => logsIn(sshd, { privateKeyFile: '/no/such/key' }));
    const files = [`${sshd.privateKeyFile}.pub`, sshd.knownHostsFile];
    for (const privateKeyFile of files)
      await failsWith('input.file-malformed', () => logsIn(sshd, { privateKeyFile }));
  });

  it('says that a key is not the right one', async () => {
    const file = join(sshd.workDirectory, 'stranger');
    await newKeyAt(file, 'ed25519');
    const failure = await failsWith('storage.login-refused', () => logsIn(sshd, { privateKeyFile: file }));
    assert.match(failure.message, new RegExp(`user "${sshd.user}" .*tried: publickey`));
  });

  it('takes the keys of an agent', async function () {
    requireProgram(this, 'ssh-agent');
    requireProgram(this, 'ssh-add');
    const agentSocket = join(sshd.workDirectory, 'agent');
    const agent = await systemCommands.start({
      ...{ program: 'ssh-agent', args: ['-D', '-a', agentSocket] },
      ...{ stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' },
    });
    try {
      while (!existsSync(agentSocket)) await systemClock.sleep(10);
      await failsWith('storage.login-refused', () => logsIn(sshd, { agentSocket }));
      await ran('ssh-add', ['-q', sshd.privateKeyFile], { SSH_AUTH_SOCK: agentSocket });
      await logsIn(sshd, { agentSocket });
    } finally {
      await agent.stop();
    }
  });

  it('goes on to what else there is when an agent does not answer', async () => {
    const agentSocket = join(sshd.workDirectory, 'nobody listens');
    await failsWith('storage.login-refused', () => logsIn(sshd, { agentSocket }));
    await logsIn(sshd, { agentSocket, privateKeyFile: sshd.privateKeyFile });
  });

  describe('with a password, at a real server', function () {
    before(function () {
      if (!canStartSshdWithPassword()) skipBecause(this, 'only root may give a server its own passwords');
    });
    const withServer = async (
      options: SshdOptions,
      use: (server: TestSshd) => Promise<void>,
    ): Promise<void> => {
      await using server = await startSshd({ rootPassword: PASSWORD, ...options });
      await use(server);
    };
    const dialogue = ['UsePAM yes', 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes'];

    it('takes the right one, and refuses a wrong one without telling it', () =>
      withServer({}, async (server) => {
        await logsIn(server, { password: PASSWORD });
        const wrong = () => logsIn(server, { password: 'wrong horse' });
        const failure = await failsWith('storage.login-refused', wrong);
        assert.ok(
          !`${failure.message} ${JSON.stringify(failure.context)}`.includes('horse'),
          failure.message,
        );
      }));

    it('answers a dialogue that asks for it', () =>
      withServer({ config: dialogue }, async (server) => {
        await logsIn(server, { password: PASSWORD });
        await failsWith('storage.login-refused', () => logsIn(server, { password: 'wrong horse' }));
      }));

    for (const both of ['publickey,password', 'password,publickey']) {
      it(`gives both where a server wants both: ${both}`, () =>
        withServer({ config: [`AuthenticationMethods ${both}`] }, async (server) => {
          const { privateKeyFile } = server;
          await logsIn(server, { privateKeyFile, password: PASSWORD });
          await failsWith('storage.login-refused', () => logsIn(server, { password: PASSWORD }));
        }));
    }
  });

  it('tries the usual keys of the user, and cannot be tried without any way', async () => {
    const home = join(sshd.workDirectory, 'home');
    await mkdir(join(home, '.ssh'), { recursive: true });
    const ways = async () => loginsOf(await loadSsh2(), { user: 'me' }, home);
    await failsWith('input.invalid', ways);
    await newKeyAt(join(home, '.ssh', 'id_ed25519'), 'ed25519', 'locked');
    await failsWith('input.invalid', ways);
    await newKeyAt(join(home, '.ssh', 'id_ecdsa'), 'ecdsa');
    assert.deepEqual(
      (await ways()).map(({ type }) => type),
      ['publickey'],
    );
  });
});
