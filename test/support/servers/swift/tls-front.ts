import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Certificate } from '../certificates.js';

/** Speaks TLS on 127.0.0.1 for a server that does not. */
export interface TlsFront extends AsyncDisposable {
  readonly port: number;
}

export async function startTlsFront(targetPort: number, files: Certificate): Promise<TlsFront> {
  const [key, cert] = await Promise.all([readFile(files.keyFile), readFile(files.certificateFile)]);
  const open = new Set<TLSSocket>();
  const server = createServer({ key, cert }, (caller) => {
    const target = connect(targetPort, '127.0.0.1');
    open.add(caller);
    caller.once('close', () => {
      open.delete(caller);
      target.destroy();
    });
    caller.on('error', () => undefined);
    target.on('error', () => caller.destroy());
    caller.pipe(target).pipe(caller);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
