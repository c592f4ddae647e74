import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A line of a known_hosts file that is about a certain server. */
export interface KnownKey {
  readonly isRevoked: boolean;
  /** As in the file, such as `ssh-ed25519`. */
  readonly type: string;
  readonly key: Buffer;
  /** The name by which the server stands there: `host` or `[host]:port`. */
  readonly name: string;
}

const USUAL_PORT = 22;

/** The name of a server in known_hosts files, and in commands about them. */
export function knownName(host: string, port: number): string {
  const lower = host.toLowerCase();
  return port === USUAL_PORT ? lower : `[${lower}]:${port}`;
}

/**
 * What a known_hosts file says of a server: its keys, plain or hashed, and revoked ones. A server on another port than
 * 22 for which there is no line of its own has the keys of its host, as `ssh` sees it. Certificates are passed over.
 */
export function knownKeys(text: string, host: string, port: number): readonly KnownKey[] {
  const own = keysNamed(text, knownName(host, port));
  const ofHost = port === USUAL_PORT ? [] : keysNamed(text, knownName(host, USUAL_PORT));
  if (own.some(({ isRevoked }) => !isRevoked))
    return [...own, ...ofHost.filter(({ isRevoked }) => isRevoked)];
  return [...own, ...ofHost];
}

/** `SHA256:…`, as OpenSSH shows it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type a public key says of itself; it may say anything. */
export function typeOfKey(key: Buffer): string {
  return key.length < 4 ? '' : key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}

function keysNamed(text: string, name: string): KnownKey[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [hosts, type, key] = words;
    if (hosts === undefined || type === undefined || key === undefined || hosts.startsWith('#')) return [];
    if (marker !== undefined && marker !== '@revoked') return [];
    if (!namesHost(hosts, name)) return [];
    return [{ isRevoked: marker !== undefined, type, key: Buffer.from(key, 'base64'), name }];
  });
}

function namesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return isHashOf(hosts, name);
  const patterns = hosts.toLowerCase().split(',');
  const isMet = (pattern: string): boolean => asExpression(pattern).test(name);
  if (patterns.some((pattern) => pattern.startsWith('!') && isMet(pattern.slice(1)))) return false;
  return patterns.some((pattern) => isMet(pattern));
}

/** `|1|salt|hash` */
function isHashOf(hashed: string, name: string): boolean {
  const [, version, salt, hash] = hashed.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, 'base64');
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function asExpression(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
