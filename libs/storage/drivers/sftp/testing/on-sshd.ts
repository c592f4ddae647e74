import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runToEnd, systemCommands } from '#host';
import type { StorageBackend } from '#storage';
import { storageDriver } from '#storage/drivers';
import type { TestSshd } from '#test/support';

type Settings = Readonly<Record<string, unknown>>;

/** Settings with which the user of a test server logs in by key; `undefined` leaves one out. */
export function settingsOf(sshd: TestSshd, container: string, others: Settings = {}): Settings {
  const { host, port, user, privateKeyFile, knownHostsFile } = sshd;
  const all = { host, port, user, privateKeyFile, knownHostsFile, container, ...others };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

export function openOn(sshd: TestSshd, container: string, others: Settings = {}): Promise<StorageBackend> {
  return storageDriver('sftp').open(settingsOf(sshd, container, others));
}

/** Where a relative container lies on this machine. */
export function directoryOf(sshd: TestSshd, ...path: readonly string[]): string {
  return join(sshd.directory, ...path);
}

/** What a program printed; it has to succeed. */
export async function ran(
  program: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<string> {
  const { exit, stdout, stderr } = await runToEnd(systemCommands, { program, args, ...(env && { env }) });
  assert.equal(exit.code, 0, `${program}: ${stderr}`);
  return stdout.toString();
}

export async function newKeyAt(path: string, type: string, passphrase = ''): Promise<void> {
  await ran('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'firn-test', '-f', path]);
}
