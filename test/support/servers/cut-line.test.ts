import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { monotonicMs } from '#kernel';
import { startLine, type Line } from '#test/support';

describe('a line that can be cut', () => {
  let echo: Server;
  let line: Line;
  beforeEach(async () => {
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    line = await startLine((echo.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await line.stop();
    echo.close();
  });

  it('carries bytes there and back, and their end', async () => {
    const socket = call(line);
    const sent = Buffer.alloc(3 << 20, 'abc');
    socket.end(sent);
    assert.ok(sent.equals(Buffer.concat((await socket.toArray()) as Buffer[])));
    assert.equal(line.bytes(), 2 * sent.length);
    assert.equal(line.connections().made, 1);
  });

  it('resets connections when it is cut, and takes new ones', async () => {
    const socket = call(line);
    assert.equal(await said(socket, 'hello'), 'hello');
    line.cut();
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNRESET');
    assert.equal(await said(call(line), 'again'), 'again');
  });

  it('cuts after so many bytes', async () => {
    const socket = call(line);
    const isCut = line.cutAfter(1 << 20);
    socket.write(Buffer.alloc(8 << 20));
    await isCut;
    if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
    assert.ok(line.bytes() < 4 << 20, `${line.bytes()} bytes`);
  });

  it('holds everything up while it stalls, and loses nothing', async () => {
    const socket = call(line);
    await said(socket, 'one');
    line.stall();
    socket.write('two');
    const heard = once(socket, 'data');
    await new Promise(setImmediate);
    assert.equal(line.bytes(), 6);
    line.goOn();
    assert.equal(String((await heard)[0]), 'two');
  });

  it('delays each way, and slows down', async () => {
    const socket = call(line);
    await said(socket, 'warm');
    line.delay(50);
    const beginMs = monotonicMs();
    await said(socket, 'late');
    assert.ok(monotonicMs() - beginMs >= 95, `${monotonicMs() - beginMs} ms`);
    line.delay(0);
    line.bytesPerSecond = 100_000;
    const slowMs = monotonicMs();
    socket.end(Buffer.alloc(5_000));
    assert.equal(Buffer.concat((await socket.toArray()) as Buffer[]).length, 5_000);
    assert.ok(monotonicMs() - slowMs >= 90, `${monotonicMs() - slowMs} ms`);
  });

  it('refuses connections when it is stopped, until it is started again', async () => {
    await line.stop();
    const [error] = (await once(call(line), 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
    await line.start();
    assert.equal(await said(call(line), 'back'), 'back');
  });
});

function call(line: Line): Socket {
  // The end of a test cuts those that are still open.
  return connect({ port: line.port, host: '127.0.0.1', noDelay: true }).on('error', () => undefined);
}

async function said(socket: Socket, words: string): Promise<string> {
  socket.write(words);
  return String((await once(socket, 'data'))[0]);
}
