import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const READY = Buffer.from('Z\0\0\0\x05I', 'latin1');
const TERMINATE = Buffer.from('X\0\0\0\x04', 'latin1');
const FIELDS = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
/** What PostgreSQL says to a client whose connection an administrator ends (ErrorResponse of the protocol, version 3). */
const LAST_WORDS = Buffer.concat([Buffer.from('E'), lengthOf(FIELDS), Buffer.from(FIELDS)]);

export interface EndingPostgres extends AsyncDisposable {
  readonly url: string;
  /** When it ends connections from now on: in one breath with the greeting, or when the client says goodbye. */
  speaks: 'never' | 'at the greeting' | 'at the goodbye';
  /** How many connections it ended. */
  readonly spoken: number;
}

/** In front of a real server, which ends connections at moments that are hard to meet. */
export async function startEndingPostgres(serverUrl: string): Promise<EndingPostgres> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let spoken = 0;

  const server = createServer((caller) => {
    const line = connect(Number(target.port), target.hostname);
    let greeted = false;
    const end = (before: Buffer) => {
      spoken += 1;
      caller.end(Buffer.concat([before, LAST_WORDS]));
      line.destroy();
    };
    for (const one of [caller, line]) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.once('close', () => [caller, line].forEach((each) => each.end()));
    }
    line.on('data', (chunk: Buffer) => {
      const isGreeting: boolean = !greeted && chunk.subarray(-READY.length).equals(READY);
      greeted ||= isGreeting;
      if (isGreeting && front.speaks === 'at the greeting') end(chunk);
      else caller.write(chunk);
    });
    caller.on('data', (chunk: Buffer) => {
      if (front.speaks === 'at the goodbye' && chunk.equals(TERMINATE)) end(Buffer.alloc(0));
      else line.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  const front: EndingPostgres = {
    url: url.href,
    speaks: 'never',
    get spoken() {
      return spoken;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return front;
}

function lengthOf(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length + length.length);
  return length;
}
