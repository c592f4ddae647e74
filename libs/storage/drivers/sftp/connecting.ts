import type { AnyAuthMethod, Client, SFTPWrapper } from 'ssh2';
import { Failure, printable } from '#kernel';
import { sparePackets } from './gcm-packets.js';
import { HostTrust } from './host-trust.js';
import { offering } from './logins.js';
import { Session } from './session.js';
import { hangUp, type Ssh2 } from './ssh2.js';

/** Whom to call, and what to say there. */
export interface SftpServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly knownHostsFile: string;
  readonly timeoutSeconds: number;
  readonly logins: readonly AnyAuthMethod[];
  /** Canonical address of the container, for messages. */
  readonly place: string;
}

/** Where an attempt has come to when it fails. */
type Phase = 'handshake' | 'login' | 'subsystem';

/** As `SSH_DISCONNECT_…` of RFC 4253: with these a server ends a login of which it has enough. */
const LOGIN_IS_OVER = [2, 7, 14];

/**
 * Connects and logs in. Rejects with `storage.unavailable`, `storage.timeout`, `storage.host-untrusted`,
 * `storage.login-refused`, or `storage.unsupported` when the server has no SFTP. An aborted signal hangs up.
 */
export async function connect(ssh2: Ssh2, server: SftpServer, signal: AbortSignal): Promise<Session> {
  const { host, port, user, timeoutSeconds, place } = server;
  const trust = await HostTrust.read(server.knownHostsFile, host, port);
  signal.throwIfAborted();
  const client = new ssh2.Client();
  const giveUp = (): void => hangUp(client);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      let phase: Phase = 'handshake';
      let isExhausted = false;
      let refusal: Failure | undefined;
      const fail = (error: Error | undefined): void => {
        reject(refusal ?? connectFailure(error, phase, server));
        hangUp(client);
      };
      client.on('error', (error) => {
        // An agent that does not answer, or does not sign, is one way less to log in.
        const isOneWayLess = phase === 'login' && !isExhausted && isOfOneWay(error.level);
        if (!isOneWayLess) fail(error);
      });
      client.once('close', () => fail(undefined));
      client.once('timeout', () => fail(Object.assign(new Error('silence'), { level: 'client-timeout' })));
      client.on('change password', () => {
        refusal = loginRefused(server, 'has to change its password first');
        fail(undefined);
      });
      client.once('handshake', () => {
        phase = 'login';
        sparePackets(client);
      });
      client.once('ready', () => {
        phase = 'subsystem';
        client.setNoDelay(true);
        client.sftp((error: Error | undefined, sftp: SFTPWrapper) => {
          if (error) return fail(error);
          const version = versionOf(client);
          client.removeAllListeners();
          resolve(new Session(client, sftp, version, place, timeoutSeconds));
        });
      });
      client.connect({
        ...{ host, port, username: user },
        ...{ timeout: timeoutSeconds * 1000, readyTimeout: timeoutSeconds * 1000 },
        algorithms: { serverHostKey: trust.algorithms() },
        hostVerifier: (key: Buffer) => (refusal = trust.refusalOf(key)?.with({ place })) === undefined,
        authHandler: offering(server.logins, user, () => (isExhausted = true)),
      });
    });
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function isOfOneWay(level: string | undefined): boolean {
  return level === 'agent' || level === 'client-authentication';
}

function connectFailure(
  error: (Error & { level?: string; code?: unknown }) | undefined,
  phase: Phase,
  server: SftpServer,
) {
  const { host, port, place, timeoutSeconds } = server;
  const context = { place, host, port };
  const reason = error ? `: ${printable(error.message)}` : ': it hung up';
  if (error?.level === 'client-timeout') {
    const message = `${place} did not answer for ${timeoutSeconds} seconds`;
    return new Failure('storage.timeout', message, context, error);
  }
  const isRefused = error?.level === 'client-authentication' || LOGIN_IS_OVER.includes(Number(error?.code));
  if (phase === 'login' && isRefused) return loginRefused(server, 'is not let in', error);
  if (phase === 'subsystem' && error) {
    return new Failure(
      'storage.unsupported',
      `the server of ${place} offers no SFTP${reason}`,
      context,
      error,
    );
  }
  // Such as algorithms of which both sides have none in common.
  const isHopeless = error?.level === 'handshake' && /no matching/i.test(error.message);
  const code = isHopeless ? 'storage.unsupported' : 'storage.unavailable';
  return new Failure(code, `cannot connect to ${place}${reason}`, context, error);
}

function loginRefused(server: SftpServer, words: string, cause?: Error): Failure {
  const { user, place, logins } = server;
  const tried = [...new Set(logins.map(({ type }) => type))].join(', ');
  const message = `user "${printable(user)}" ${words} by the server of ${place}; tried: ${tried}`;
  return new Failure('storage.login-refused', message, { place, user }, cause);
}

/** `OpenSSH_9.2p1`; the library keeps it to itself. */
function versionOf(client: Client): string {
  const { _remoteVer: version } = client as unknown as { readonly _remoteVer?: string };
  return version ?? '';
}
