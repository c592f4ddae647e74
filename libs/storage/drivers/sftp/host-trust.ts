import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure, printable } from '#kernel';
import { fingerprintOf, knownKeys, knownName, typeOfKey, type KnownKey } from './known-hosts.js';

/** The signatures with which a server may prove that it has a key, by type of key; best first. */
const ALGORITHMS = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
} as const;

export type HostKeyAlgorithm = (typeof ALGORITHMS)[keyof typeof ALGORITHMS][number];

/** Which keys are accepted from a server. */
export class HostTrust {
  private constructor(
    private readonly known: readonly KnownKey[],
    private readonly server: { readonly host: string; readonly port: number; readonly file: string },
  ) {}

  /** Reads the file anew, so that a key which was just accepted counts. No file knows nobody. */
  static async read(file: string, host: string, port: number): Promise<HostTrust> {
    return new HostTrust(knownKeys(await textOf(file), host, port), { host, port, file });
  }

  /** Types of which a key is known first: a server with several keys is to show one of those. */
  algorithms(): HostKeyAlgorithm[] {
    const known = new Set(this.known.filter(({ isRevoked }) => !isRevoked).map(({ type }) => type));
    const types = Object.entries(ALGORITHMS);
    const sorted = [
      ...types.filter(([type]) => known.has(type)),
      ...types.filter(([type]) => !known.has(type)),
    ];
    return sorted.flatMap(([, algorithms]) => algorithms);
  }

  /** Why the key that the server shows is refused; nothing when it is trusted. */
  refusalOf(key: Buffer): Failure | undefined {
    // Nobody is to be asked to copy into a shell what is no type of key.
    if (!Object.hasOwn(ALGORITHMS, typeOfKey(key))) return this.#strange(key);
    const same = this.known.filter((known) => known.key.equals(key));
    if (same.some(({ isRevoked }) => isRevoked)) return this.#revoked(key);
    if (same.length > 0) return undefined;
    const others = this.known.filter(({ isRevoked }) => !isRevoked);
    return others.length > 0 ? this.#changed(key, others) : this.#unknown(key);
  }

  #strange(key: Buffer): Failure {
    const { host, port } = this.server;
    const message = `${knownName(host, port)} shows a key of the type "${printable(typeOfKey(key))}", which is not taken`;
    return this.#untrusted(message, key, []);
  }

  #revoked(key: Buffer): Failure {
    const { host, port, file } = this.server;
    const message = `the key of ${knownName(host, port)}, ${shown(key)}, is revoked in ${printable(file)}`;
    return this.#untrusted(`${message}; do not use this server before its key was replaced`, key, []);
  }

  #unknown(key: Buffer): Failure {
    const { host, port } = this.server;
    const accept = this.#acceptCommand(key);
    const message = `the key of ${knownName(host, port)}, ${shown(key)}, is not known; to accept it, run: ${accept}`;
    return this.#untrusted(message, key, [accept]);
  }

  #changed(key: Buffer, others: readonly KnownKey[]): Failure {
    const { host, port, file } = this.server;
    const names = [...new Set(others.map(({ name }) => name))];
    const commands = [
      ...names.map((name) => `ssh-keygen -R ${quoted(name)} -f ${quoted(file)}`),
      this.#acceptCommand(key),
    ];
    const known = others.map((other) => `${other.type} ${fingerprintOf(other.key)}`).join(', ');
    const message = [
      `the key of ${knownName(host, port)} has changed, and somebody may stand between`,
      `it shows ${shown(key)}, and known is ${known}`,
      `if the server really has a new key, run: ${commands.join(' && ')}`,
    ].join('; ');
    return this.#untrusted(message, key, commands);
  }

  /** Says the very key that was seen: asking the server once more could give another one. */
  #acceptCommand(key: Buffer): string {
    const { host, port, file } = this.server;
    const line = `${knownName(host, port)} ${typeOfKey(key)} ${key.toString('base64')}`;
    const folder = dirname(file);
    const making = existsSync(folder) ? '' : `mkdir -p -m 700 ${quoted(folder)} && `;
    return `${making}echo ${quoted(line)} >> ${quoted(file)}`;
  }

  #untrusted(message: string, key: Buffer, commands: readonly string[]): Failure {
    const { host, port, file } = this.server;
    const fingerprint = fingerprintOf(key);
    const context = { host, port, knownHostsFile: file, keyType: typeOfKey(key), fingerprint, commands };
    return new Failure('storage.host-untrusted', message, context);
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw new Failure('input.file-unreadable', `cannot read "${printable(file)}"`, { path: file }, error);
  }
}

function shown(key: Buffer): string {
  return `${typeOfKey(key)} ${fingerprintOf(key)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
