import { posix } from 'node:path';
import { Failure, withNearest } from '#kernel';

/** What may stand behind the "?" of an address: settings that are no secrets and have no place of their own in it. */
const PARAMETERS = ['privateKeyFile', 'agentSocket', 'knownHostsFile', 'connections', 'timeoutSeconds'];

/**
 * The settings that `sftp://user@host:port/absolute/path` or `sftp://host/~/relative/path` says. Throws
 * `storage.address-invalid`.
 */
export function settingsOfAddress(address: URL): Readonly<Record<string, string>> {
  if (address.password !== '') {
    throw invalidAddress(address, 'holds a password; name a file with it as the setting passwordFile');
  }
  if (address.hostname === '') throw invalidAddress(address, 'names no host');
  if (address.hash !== '')
    throw invalidAddress(address, 'holds a "#"; write "%23" when it belongs to the path');
  const settings: Record<string, string> = {};
  for (const [name, value] of address.searchParams) {
    if (!PARAMETERS.includes(name)) {
      throw invalidAddress(address, `has the unknown parameter ${withNearest(name, PARAMETERS)}`);
    }
    settings[name] = value;
  }
  const { username, port, pathname } = address;
  settings['host'] = address.hostname.replace(/^\[(.*)\]$/, '$1');
  if (port !== '') settings['port'] = port;
  if (username !== '') settings['user'] = decoded(address, username);
  if (pathname !== '') settings['container'] = decoded(address, pathname).replace(/^\/~(\/|$)/, '~$1');
  return settings;
}

/** A container as a path for the server, without a slash at its end: absolute, or relative to the login directory. */
export function containerPath(container: string): string {
  const relative = container.replace(/^~(\/+|$)/, '');
  const path = posix.normalize(relative === '' ? '.' : relative).replace(/(?<=.)\/+$/, '');
  // A relative path that begins with "-" or "~" is only a path.
  return path.startsWith('/') || path === '.' ? path : `./${path}`;
}

/** The address of a place, the same however it was written. */
export function placeOf(user: string, host: string, port: number, path: string): string {
  const lower = host.toLowerCase();
  const authority = `${encodeURIComponent(user)}@${lower.includes(':') ? `[${lower}]` : lower}`;
  const below = path.startsWith('/') ? path : `/~${path.slice(1)}`;
  return `sftp://${authority}${port === 22 ? '' : `:${port}`}${encodeURI(below).replace(/[?#]/g, encodeURIComponent)}`;
}

function decoded(address: URL, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw invalidAddress(address, 'holds a "%" that is not followed by two hexadecimal digits', error);
  }
}

function invalidAddress(address: URL, problem: string, cause?: unknown): Failure {
  const shown = `${address.protocol}//${address.host}${address.pathname}`;
  return new Failure(
    'storage.address-invalid',
    `the address "${shown}" ${problem}`,
    { address: shown },
    cause,
  );
}
