import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyAuthMethod, AuthenticationType, AuthHandlerMiddleware, ParsedKey } from 'ssh2';
import { Failure, invalid, printable } from '#kernel';
import type { Ssh2 } from './ssh2.js';

/** With what a user may prove who it is. */
export interface Credentials {
  readonly user: string;
  readonly password?: string | undefined;
  readonly privateKeyFile?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly agentSocket?: string | undefined;
}

/** The keys that `ssh` tries by itself. */
const USUAL_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/**
 * The ways in which a user may log in, in the order in which they are tried: key, password, agent, and a dialogue that
 * asks for one password. The usual keys are tried when neither a key nor a password was given, those with another
 * passphrase left out. Rejects when a given key cannot be read, and with `input.invalid` when there is no way at all.
 */
export async function loginsOf(ssh2: Ssh2, credentials: Credentials, home: string): Promise<AnyAuthMethod[]> {
  const { user: username, password, agentSocket } = credentials;
  const keys = await keysOf(ssh2, credentials, home);
  const dialogue = dialogueWith(username, password);
  const ways: AnyAuthMethod[] = [
    ...keys.map((key) => ({ type: 'publickey', username, key }) as const),
    ...(password === undefined ? [] : [{ type: 'password', username, password } as const]),
    ...(agentSocket === undefined ? [] : [{ type: 'agent', username, agent: agentSocket } as const]),
    ...(dialogue ? [dialogue] : []),
  ];
  if (ways.length > 0) return ways;
  const message = 'there is no way to log in: give it, passwordFile, or agentSocket';
  throw invalid('configuration of storage "sftp"', [{ path: 'privateKeyFile', message }]);
}

/**
 * Offers one way after the other, as far as the server takes them at that moment; a server that wants two of them takes
 * the second after the first. `exhausted` is called when there is no other.
 */
export function offering(
  ways: readonly AnyAuthMethod[],
  user: string,
  exhausted: () => void,
): AuthHandlerMiddleware {
  const left = [...ways];
  let isFirst = true;
  return (taken: readonly AuthenticationType[] | null, _partial, next) => {
    // Only after a first try does a server say what it takes.
    if (isFirst) {
      isFirst = false;
      return next({ type: 'none', username: user });
    }
    const at = left.findIndex(
      ({ type }) => taken === null || taken.includes(type === 'agent' ? 'publickey' : type),
    );
    const [way] = at < 0 ? [] : left.splice(at, 1);
    if (way) return next(way);
    exhausted();
    (next as (way: AnyAuthMethod | false) => void)(false);
  };
}

async function keysOf(ssh2: Ssh2, credentials: Credentials, home: string): Promise<ParsedKey[]> {
  const { privateKeyFile, passphrase, password } = credentials;
  if (privateKeyFile !== undefined) {
    const key = ssh2.utils.parseKey(await bytesOf(privateKeyFile), passphrase);
    if (key instanceof Error) throw unusableKey(privateKeyFile, passphrase, key);
    if (!oneOf(key).isPrivateKey())
      throw unusableKey(privateKeyFile, passphrase, new Error('it is a public key'));
    return [oneOf(key)];
  }
  if (password !== undefined) return [];
  const found = USUAL_KEYS.map(async (name) => {
    const bytes = await readFile(join(home, '.ssh', name)).catch(() => undefined);
    const key = bytes && ssh2.utils.parseKey(bytes, passphrase);
    return !key || key instanceof Error || !oneOf(key).isPrivateKey() ? [] : [oneOf(key)];
  });
  return (await Promise.all(found)).flat();
}

/** Files of the old format may hold several; the first one counts. */
function oneOf(key: ParsedKey | readonly ParsedKey[]): ParsedKey {
  return (Array.isArray(key) ? key[0] : key) as ParsedKey;
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const message = `cannot read the private key "${printable(path)}"`;
    throw new Failure('input.file-unreadable', message, { path }, error);
  }
}

/** What the parser says is not handed on word by word: nobody knows what it quotes. */
function unusableKey(path: string, passphrase: string | undefined, error: Error): Failure {
  const shown = `the private key "${printable(path)}"`;
  if (!/passphrase|encrypted|integrity|decrypt/i.test(error.message)) {
    return new Failure('input.file-malformed', `${shown} is no private key of OpenSSH or in PEM`, { path });
  }
  const what =
    passphrase === undefined
      ? 'has a passphrase; name a file with it as passphraseFile'
      : 'has another passphrase';
  return new Failure('storage.login-refused', `${shown} ${what}`, { path });
}

/** Servers with PAM often ask for the password in a dialogue. Anything else they ask cannot be answered. */
function dialogueWith(username: string, password: string | undefined): AnyAuthMethod | undefined {
  if (password === undefined) return undefined;
  return {
    type: 'keyboard-interactive',
    username,
    prompt: (_name, _instructions, _language, prompts, answer) => {
      const isPassword = prompts.length === 1 && prompts[0]?.echo === false;
      answer(isPassword ? [password] : prompts.map(() => ''));
    },
  };
}
