import type { FTPContext, FTPResponse } from 'basic-ftp';

type Socket = NonNullable<FTPContext['dataSocket']>;
type Prepare = (ftp: FTPContext) => Promise<FTPResponse>;

/** How data connections are opened, and when the last one is ready. */
export interface PassiveMode {
  readonly prepare: Prepare;
  /** Resolves when bytes may pass: over TLS that is after the handshake. */
  readonly ready: () => Promise<void>;
}

/**
 * Opens data connections by EPSV, or by PASV where the server does not know it, always to the host of the control
 * connection. Of an answer to PASV only the port is believed: servers behind address translation name an address of
 * their own network, and a malicious one would name a victim.
 *
 * `byEpsv` is the library's way; it takes the port out of the answer and connects.
 */
export function passiveMode(byEpsv: Prepare): PassiveMode {
  let knowsEpsv = true;
  const connect: Prepare = async (ftp) => {
    if (knowsEpsv) {
      try {
        return await byEpsv(ftp);
      } catch (error) {
        const isRefused = error instanceof Error && error.name === 'FTPError';
        if (!isRefused) throw error;
        knowsEpsv = false;
      }
    }
    return byEpsv(answeringLikeEpsv(ftp));
  };
  let encrypted = Promise.resolve();
  return {
    prepare: async (ftp) => {
      const reply = await connect(ftp);
      const socket = ftp.dataSocket;
      if (socket) keepSession(socket);
      const isTls = socket !== undefined && 'encrypted' in socket;
      encrypted = new Promise((resolve) => (isTls ? socket.once('secureConnect', resolve) : resolve()));
      return reply;
    },
    ready: () => encrypted,
  };
}

/**
 * The library ends the whole session when a data connection breaks, by the handlers it has added last. But the server
 * then says why on the control connection, and goes on.
 */
function keepSession(socket: Socket): void {
  for (const event of ['error', 'close']) {
    const last = socket.listeners(event).at(-1) as (() => void) | undefined;
    if (last) socket.off(event, last);
  }
  socket.on('error', () => undefined);
}

function answeringLikeEpsv(ftp: FTPContext): FTPContext {
  const request = async (): Promise<FTPResponse> => {
    const { code, message } = await ftp.request('PASV');
    const numbers = /\d+,\d+,\d+,\d+,(\d{1,3}),(\d{1,3})/.exec(message);
    if (!numbers) throw new Error(`the answer to PASV names no port: ${message}`);
    return { code, message: `(|||${Number(numbers[1]) * 256 + Number(numbers[2])}|)` };
  };
  return new Proxy(ftp, {
    get: (target, name) => (name === 'request' ? request : (Reflect.get(target, name, target) as unknown)),
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}
