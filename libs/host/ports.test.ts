import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'mocha';
import { freePort, portIsFree } from '#host';

describe('ports', () => {
  it('a free one can be listened on', async () => {
    const port = await freePort();
    assert.ok(port > 0 && port < 65_536);
    assert.equal(await portIsFree(port), true);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });

  it('a free one is none that the system gives to connections (issue 3: a server found its own port taken)', async () => {
    const [first] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
    for (let n = 0; n < 20; n += 1) assert.ok((await freePort()) < (first ?? 0));
  });

  it('one with a server is taken until the server is gone', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    assert.equal(await portIsFree(port), false);
    server.close();
    await once(server, 'close');
    assert.equal(await portIsFree(port), true);
  });
});
