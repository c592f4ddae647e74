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

export type Answer<T> = (error?: Error | null, result?: T) => void;

interface ReadRequest {
  readonly handle: Buffer;
  readonly length: number;
  readonly at: number;
}

/** What the library keeps of requests that are on their way. */
interface Waiting {
  readonly _writeReqid: number;
  readonly _requests?: Record<number, { buffer?: Buffer | undefined; cb: Answer<Buffer> } | undefined>;
}

const END_OF_FILE = 1;
/** Nothing is ever written here. */
const nowhere = Buffer.allocUnsafeSlow(256 << 10);

/**
 * Answers with what it has read, in memory that is made when it comes; no bytes are the end of the file. The library's
 * own way, which is gone where its fields are others, is memory that waits as long as the request, and a copy into it.
 */
export function readLate(sftp: Vendor.SFTPWrapper, request: ReadRequest, answer: Answer<Buffer>): void {
  const { handle, length, at } = request;
  const waiting = sftp as unknown as Waiting;
  const isLate = waiting._requests !== undefined && length <= nowhere.length;
  const into = isLate ? nowhere : Buffer.allocUnsafeSlow(length);
  sftp.read(handle, into, 0, length, at, (error, _count, bytes) => answer(error, bytes));
  if (!isLate) return;
  const sent = waiting._requests?.[waiting._writeReqid];
  if (!sent?.buffer) throw new Error('the library keeps its requests elsewhere');
  sent.buffer = undefined;
  sent.cb = (error, bytes = Buffer.alloc(0)) => {
    const isEnd = (error as { code?: unknown } | null | undefined)?.code === END_OF_FILE;
    if (bytes.length > length) answer(new Error('more bytes came than were asked for'));
    else answer(isEnd ? undefined : error, bytes);
  };
}

/** The library keeps it to itself. */
function socketOf(client: Vendor.Client): Duplex | undefined {
  return (client as unknown as { readonly _sock?: Duplex })._sock;
}
