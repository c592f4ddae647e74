import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, before, describe, it } from 'mocha';
import type { Failure } from '#kernel';
import { failsWith, keysOf } from '#storage/testing';
import { requireProgram, startSshd, type HostKeyType, type TestSshd } from '#test/support';
import { openOn, ran } from './testing/on-sshd.js';

describe('the key of an SSH server', () => {
  let sshd: TestSshd;
  before(function () {
    requireProgram(this, 'sshd');
  });
  afterEach(() => sshd[Symbol.asyncDispose]());

  const start = async (...hostKeys: HostKeyType[]): Promise<void> => {
    sshd = await startSshd(hostKeys.length > 0 ? { hostKeys } : {});
  };
  const connects = async (knownHostsFile = sshd.knownHostsFile): Promise<void> => {
    const storage = await openOn(sshd, 'c', { knownHostsFile });
    try {
      assert.deepEqual(await keysOf(storage), []);
    } finally {
      await storage.close();
    }
  };
  const refused = (knownHostsFile?: string): Promise<Failure> =>
    failsWith('storage.host-untrusted', () => connects(knownHostsFile));
  const commandsOf = ({ context }: Failure): string[] => context['commands'] as string[];
  const runAll = async (failure: Failure): Promise<void> => {
    for (const command of commandsOf(failure)) await ran('sh', ['-c', command]);
  };
  const fingerprints = (): Promise<string> => {
    const files = ['ed25519', 'ecdsa', 'rsa'].map((type) => join(sshd.workDirectory, `host_${type}.pub`));
    return ran('sh', ['-c', `cat ${files.join(' ')} 2>/dev/null | ssh-keygen -l -f -`]);
  };

  it('is refused when it is not known, with its fingerprint and the command that accepts it', async () => {
    await start();
    const file = join(sshd.workDirectory, "no such folder, and it's odd", 'known_hosts');
    const failure = await refused(file);
    const fingerprint = String(failure.context['fingerprint']);
    assert.ok((await fingerprints()).includes(fingerprint), fingerprint);
    assert.ok(failure.message.includes(fingerprint), failure.message);
    assert.equal(commandsOf(failure).length, 1);
    assert.ok(failure.message.includes(commandsOf(failure)[0] ?? ''), failure.message);
    await runAll(failure);
    await connects(file);
  });

  it('is refused when it has changed, with the commands that forget the old one and accept it', async () => {
    await start();
    const before = (await fingerprints()).split(' ')[1] ?? '';
    await sshd.changeHostKeys();
    await sshd.restart();
    const failure = await refused();
    assert.match(failure.message, /has changed/);
    assert.ok(failure.message.includes(before), 'the old fingerprint is told');
    assert.equal(commandsOf(failure).length, 2);
    assert.match(commandsOf(failure)[0] ?? '', /^ssh-keygen -R /);
    await runAll(failure);
    await connects();
    assert.equal((await readFile(sshd.knownHostsFile, 'utf8')).trim().split('\n').length, 1);
  });

  it('is known by a hashed name, and can be forgotten and accepted again there', async () => {
    await start();
    await ran('ssh-keygen', ['-H', '-f', sshd.knownHostsFile]);
    assert.match(await readFile(sshd.knownHostsFile, 'utf8'), /^\|1\|/);
    await connects();
    await sshd.changeHostKeys();
    await sshd.restart();
    await runAll(await refused());
    await connects();
  });

  it('is refused when it is revoked, and no command accepts it', async () => {
    await start();
    const known = await readFile(sshd.knownHostsFile, 'utf8');
    await writeFile(sshd.knownHostsFile, `${known}@revoked ${known.replace(/^\S+/, '*')}`);
    const failure = await refused();
    assert.match(failure.message, /revoked/);
    assert.deepEqual(commandsOf(failure), []);
  });

  for (const type of ['ed25519', 'ecdsa', 'rsa'] as const) {
    it(`is asked for in the type that is known: ${type}`, async () => {
      await start('ed25519', 'ecdsa', 'rsa');
      const lines = (await readFile(sshd.knownHostsFile, 'utf8')).split('\n');
      await writeFile(sshd.knownHostsFile, `${lines.find((line) => line.includes(type)) ?? ''}\n`);
      await connects();
    });
  }

  it('is not looked for where there is no file, and a file that cannot be read is named', async () => {
    await start();
    await rm(sshd.knownHostsFile);
    await refused();
    await failsWith('input.file-unreadable', () => connects(sshd.workDirectory));
  });
});
