import { Failure, withNearest } from '#kernel';

/** Settings in an address: `ftps://user@host:port/path?name=value`. Values are text, to be typed by the schema. */
export function readAddress(address: URL, parameters: readonly string[]): Readonly<Record<string, string>> {
  if (address.password !== '') {
    throw refused(
      'an address must not bear a password; give it as passwordFile, or in the variable FIRN_FTP_PASSWORD',
    );
  }
  if (address.hostname === '') throw refused('the address names no host');
  if (address.hash !== '') throw refused('an address has no part behind "#"; write "%23" for it in a path');
  const given = [...address.searchParams];
  for (const [name] of given) {
    if (!parameters.includes(name)) throw refused(`unknown parameter ${withNearest(name, parameters)}`);
  }
  return {
    host: decoded(address.hostname).replace(/^\[(.*)\]$/, '$1'),
    ...(address.port === '' ? {} : { port: address.port }),
    ...(address.username === '' ? {} : { user: decoded(address.username) }),
    container: decoded(address.pathname.slice(1)) || '.',
    ...Object.fromEntries(given),
  };
}

/** Without what means nothing: `/a/b`, `a/b`, `/`, or `''` for where the login leads. */
export function containerAt(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

export interface FtpServerName {
  readonly kind: 'ftp' | 'ftps';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly container: string;
}

/** The one address of a place. A path from the root of the server begins with `%2F`, as RFC 1738 has it. */
export function placeOf({ kind, host, port, user, container }: FtpServerName): string {
  const path = containerAt(container);
  const parts = path.replace(/^\//, '').split('/').map(encodeURIComponent).join('/');
  const name = host.includes(':') ? `[${host.toLowerCase()}]` : host.toLowerCase();
  const login = user === 'anonymous' ? '' : `${encodeURIComponent(user)}@`;
  return `${kind}://${login}${name}${port === 21 ? '' : `:${port}`}/${path.startsWith('/') ? '%2F' : ''}${parts}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refused('the address has a "%" that begins no character; write "%25" for it');
  }
}

function refused(message: string): Failure {
  return new Failure('storage.address-invalid', message);
}
