import { once } from 'node:events';
import { closeSync, openSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Leaves a Unix socket behind that nobody listens to, as a crashed daemon does. */
export async function socketAt(directory: string, name: string): Promise<void> {
  const opened = openSync(directory, 'r');
  try {
    const server = createServer();
    // The kernel allows 107 bytes for the path of a socket; through the open directory it is always short enough.
    server.listen(`/proc/self/fd/${opened}/${name}.new`);
    await once(server, 'listening');
    // Closing removes the name that was listened on; under another one it stays.
    renameSync(join(directory, `${name}.new`), join(directory, name));
    server.close();
    await once(server, 'close');
  } finally {
    closeSync(opened);
  }
}
