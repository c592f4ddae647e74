import { createSecretKey } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type * as Vendor from 'ssh2';

/** The library, which only those load who open a storage of this kind. */
export type Ssh2 = Pick<typeof Vendor, 'Client' | 'Server' | 'utils'>;

export async function loadSsh2(): Promise<Ssh2> {
  return (await import('ssh2')).default;
}

/** Ends a connection at once; the library's own way leaves one alone that it has said goodbye to. */
export function hangUp(client: Vendor.Client): void {
  socketOf(client)?.destroy();
}

/** Has what follows from answers sent together, as {@link together} does with requests. Once for each connection. */
export function answerTogether(client: Vendor.Client): void {
  const socket = socketOf(client);
  socket?.prependListener('data', () => void together(client, () => undefined));
}

/**
 * The library makes a new cipher for each packet, and hands over the key as bytes, which are made a key each time. Keys
 * that are made once save a fifth of its work. Without these fields, in another version, all goes its former way.
 */
export function keepKeys(client: Vendor.Client): void {
  const { _protocol: protocol } = client as unknown as { readonly _protocol?: Ciphers };
  keepKey(protocol?._cipher, '_encKey');
  keepKey(protocol?._decipher, '_decipherKey');
}

interface Ciphers {
  readonly _cipher?: Record<string, unknown>;
  readonly _decipher?: Record<string, unknown>;
}

function keepKey(cipher: Record<string, unknown> | undefined, field: string): void {
  const key = cipher?.[field];
  if (cipher && Buffer.isBuffer(key)) cipher[field] = createSecretKey(key);
}

/**
 * Sends together what `send` makes, and what follows in the same turn: the library hands each packet to the system in
 * three pieces, and a request that writes consists of many packets.
 */
export function together<T>(client: Vendor.Client, send: () => T): T {
  const socket = socketOf(client);
  if (!socket) return send();
  socket.cork();
  // Deferred by Node's own advice, so that all requests of a turn become one.
  process.nextTick(() => socket.uncork());
  return send();
}

/** The library keeps it to itself. */
function socketOf(client: Vendor.Client): Duplex | undefined {
  return (client as unknown as { readonly _sock?: Duplex })._sock;
}
