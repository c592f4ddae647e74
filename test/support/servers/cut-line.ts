import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { monotonicMs, systemClock } from '#kernel';

/** A line between a client and a server on the loopback, which can be cut, held up and made slow. */
export interface Line extends AsyncDisposable {
  /** Where clients connect, on 127.0.0.1. */
  readonly port: number;
  /** How many connections were made through it so far, and how many there are now. */
  readonly connections: () => { readonly made: number; readonly open: number };
  /** Bytes that went through it so far, in both directions. */
  readonly bytes: () => number;
  /** In each direction of each connection; no limit when it is undefined. */
  bytesPerSecond: number | undefined;
  /** Ends all connections as a broken network does; new ones are taken. */
  cut(): void;
  /** Cuts as soon as so many more bytes went through. Resolves then. */
  cutAfter(bytes: number): Promise<void>;
  /** Nothing passes any more, nothing is closed, and new connections are taken and hear nothing. */
  stall(): void;
  /** Lets everything pass again that was held up. */
  goOn(): void;
  /** Every byte arrives so much later, in each direction. */
  delay(ms: number): void;
  /** Cuts, and refuses new connections until `start`. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  start(): Promise<void>;
}

const HOST = '127.0.0.1';

/** A line to a port of the loopback. A server there need not run yet. */
export async function startLine(targetPort: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let made = 0;
  let open = 0;
  let bytes = 0;
  let delayMs = 0;
  let cutting: { at: number; done: () => void } | undefined;
  let held: { promise: Promise<void>; release: () => void } | undefined;

  const cut = (): void => {
    for (const socket of sockets) reset(socket);
  };
  const passed = (count: number): void => {
    bytes += count;
    if (!cutting || bytes < cutting.at) return;
    cut();
    cutting.done();
    cutting = undefined;
  };

  /** One direction. What is read waits for its time in order, so that a delay costs no throughput. */
  const carry = (from: Socket, to: Socket): void => {
    let last = Promise.resolve();
    const inTurn = (act: () => Promise<void> | void): void => {
      const dueMs = monotonicMs() + delayMs;
      last = last.then(async () => {
        const leftMs = dueMs - monotonicMs();
        if (leftMs > 0) await systemClock.sleep(leftMs);
        while (held) await held.promise;
        if (!to.destroyed) await act();
      });
    };
    let waiting = 0;
    from.on('data', (chunk: Buffer) => {
      waiting += chunk.length;
      if (waiting > MOST_WAITING_BYTES) from.pause();
      inTurn(async () => {
        const { bytesPerSecond } = line;
        if (bytesPerSecond !== undefined) await systemClock.sleep((chunk.length / bytesPerSecond) * 1000);
        if (to.destroyed) return;
        const isTaken = to.write(chunk);
        passed(chunk.length);
        if (!isTaken && !to.destroyed) await Promise.race([once(to, 'drain'), closed(to)]);
        waiting -= chunk.length;
        if (waiting <= MOST_WAITING_BYTES) from.resume();
      });
    });
    from.on('end', () => inTurn(() => void to.end()));
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (caller) => {
    const target = connect({ port: targetPort, host: HOST, allowHalfOpen: true, noDelay: true });
    made += 1;
    open += 1;
    caller.once('close', () => (open -= 1));
    for (const [one, other] of [
      [caller, target],
      [target, caller],
    ] as const) {
      sockets.add(one);
      one.on('error', () => reset(other));
      one.once('close', () => sockets.delete(one));
      carry(one, other);
    }
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, HOST);
    await once(server, 'listening');
  };
  const stop = async (): Promise<void> => {
    line.goOn();
    if (!server.listening) return;
    const gone = once(server, 'close');
    server.close();
    cut();
    await gone;
  };

  await listen(0);
  const { port } = server.address() as AddressInfo;
  const line: Line = {
    port,
    ...{ cut, stop, bytesPerSecond: undefined },
    connections: () => ({ made, open }),
    bytes: () => bytes,
    cutAfter: (count) => new Promise((done) => (cutting = { at: bytes + count, done })),
    stall: () => {
      if (held) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      held = { promise, release: resolve };
    },
    goOn: () => {
      held?.release();
      held = undefined;
    },
    delay: (ms) => void (delayMs = ms),
    start: () => listen(port),
    [Symbol.asyncDispose]: stop,
  };
  return line;
}

/** Held for each direction of a connection, like the buffers of a network. */
const MOST_WAITING_BYTES = 4 << 20;

async function closed(socket: Socket): Promise<void> {
  await new Promise((resolve) => socket.once('close', resolve));
}

/** A socket that is about to end is only destroyed: reset as well, its handle would never close (Node 24). */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
