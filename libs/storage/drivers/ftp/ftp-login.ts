import type { Client } from 'basic-ftp';
import { deadline, Failure, isFailure, printable, type FailureCode } from '#kernel';
import { FtpConnection } from './ftp-connection.js';
import { connectionFailure, wordsOf, type Reply } from './ftp-failure.js';
import type { FtpSettings } from './ftp-settings.js';
import { orStopped } from './or-stopped.js';
import { passiveMode } from './passive-mode.js';

type Stage = 'greeting' | 'encryption' | 'login' | 'settings';

/** What OpenSSL says of a certificate, and Node of a name that is not in it. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|INVALID_CA|HOSTNAME_MISMATCH|PATH_LENGTH/;
const NO_TLS = /^ERR_SSL_|^EPROTO$/;

/** A new connection, logged in and ready. Rejects with what `storage.*` says best of the stage that failed. */
export async function connectFtp(settings: FtpSettings, signal?: AbortSignal): Promise<FtpConnection> {
  const { Client, enterPassiveModeIPv6 } = await import('basic-ftp');
  const { place, timeoutMs } = settings;
  const client = new Client(timeoutMs);
  const passive = passiveMode(enterPassiveModeIPv6);
  client.prepareTransfer = passive.prepare;
  let stage: Stage = 'greeting';
  // The library watches what it asks for, but not the handshake of TLS.
  const late = new Failure('storage.timeout', `${place} does not answer`, { place });
  const limit = deadline(timeoutMs, late, signal);
  try {
    const logIn = () => loggedIn(client, settings, (begun) => (stage = begun));
    const base = await orStopped(limit.signal, logIn, () => client.close());
    return new FtpConnection(client, passive.ready, place, base);
  } catch (error) {
    client.close();
    signal?.throwIfAborted();
    throw loginFailure(error, stage, settings);
  } finally {
    limit.clear();
  }
}

/** Resolves with the path of the container, from the root. */
async function loggedIn(
  client: Client,
  { host, port, user, password, tls, container }: FtpSettings,
  begin: (stage: Stage) => void,
): Promise<string> {
  // With the host in it a session can be taken up again by data connections, which many servers insist on.
  const options = tls && {
    host,
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  };
  if (options && tls.implicit) {
    begin('encryption');
    await client.connectImplicitTLS(host, port, options);
  } else {
    await client.connect(host, port);
    begin('encryption');
    if (options) await client.useTLS(options);
  }
  begin('login');
  await client.sendIgnoringError('OPTS UTF8 ON');
  await client.login(user, password);
  begin('settings');
  await client.useDefaultSettings();
  if (container.startsWith('/')) return container === '/' ? '' : container;
  const home = (await client.pwd()).replace(/\/+$/, '');
  return container === '' ? home : `${home}/${container}`;
}

function loginFailure(error: unknown, stage: Stage, { place, user, password }: FtpSettings): Failure {
  if (isFailure(error)) return error;
  const { name, code = '' } = error as Error & { code?: number | string };
  if (name === 'FTPError') {
    const reply = { code: Number(code), message: (error as Error).message };
    // No server should say the password back, but then it stands in no log.
    const words = wordsOf(reply).replaceAll(password, '***');
    const deed = stage === 'login' ? `does not let user "${printable(user)}" in` : `refuses the ${stage}`;
    return new Failure(codeOf(reply, stage), `${place} ${deed}: ${words}`, { place, reply: reply.code });
  }
  if (stage === 'encryption' && UNTRUSTED.test(String(code))) {
    const message = `the certificate of ${place} is not trusted: ${printable((error as Error).message)}`;
    return new Failure('storage.certificate-untrusted', message, { place }, error);
  }
  if (stage === 'encryption' && NO_TLS.test(String(code))) {
    return new Failure('storage.unsupported', `${place} does not speak TLS`, { place }, error);
  }
  return connectionFailure(error, place);
}

function codeOf({ code }: Reply, stage: Stage): FailureCode {
  if (code < 500) return code === 430 ? 'storage.login-refused' : 'storage.unavailable';
  switch (stage) {
    case 'greeting':
      return 'storage.access-denied';
    case 'login':
      return 'storage.login-refused';
    // A server without TLS may also say that one should log in first.
    case 'encryption':
    case 'settings':
      return 'storage.unsupported';
  }
}
