import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { requireProgram, type PlatformFixture } from '#test/support';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

const run = promisify(execFile);

// A browser of its own mind asks its maker for this and that.
const QUIET = [
  ...['--disable-background-networking', '--disable-component-update', '--disable-default-apps'],
  ...['--disable-sync', '--no-first-run', '--disable-client-side-phishing-detection', '--disable-extensions'],
  '--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,CertificateTransparencyComponentUpdater',
];

/** What it asks for whatever page it shows, all the same. */
const OWN =
  /[ /](update\.googleapis|(android\.)?clients\d?\.google|accounts\.google|(redirector|edgedl\.me)\.gvt1)\.com[:/]/;

describe('/docs in a browser', function () {
  this.timeout(60_000);
  let own: OwnPlatform;
  let platform: PlatformFixture;
  /** Takes whatever the browser wants from elsewhere. */
  let elsewhere: Server;
  const asked: string[] = [];

  before(async function () {
    requireProgram(this, 'chromium');
    own = await startOwnPlatform({ scheduler: false });
    platform = own.platform;
    elsewhere = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(502).end();
    });
    elsewhere.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url}`);
      socket.end('HTTP/1.1 502 no\r\n\r\n');
    });
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
  });
  after(async () => {
    elsewhere?.close();
    await own?.[Symbol.asyncDispose]();
  });

  it('shows every group of routes, without an error, and without asking anybody else', async () => {
    const { port } = elsewhere.address() as AddressInfo;
    const { stdout: page, stderr } = await run(
      'chromium',
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', ...QUIET],
        ...[`--user-data-dir=${join(platform.data, 'browser')}`, '--enable-logging=stderr', '--v=0'],
        // The loopback is not asked for by a proxy.
        ...[`--proxy-server=http://127.0.0.1:${port}`, '--window-size=1200,1600'],
        ...['--virtual-time-budget=20000', '--dump-dom', `${platform.apiUrl}/docs`],
      ],
      { maxBuffer: 64 << 20, timeout: 50_000, env: { PATH: process.env['PATH'] ?? '', HOME: platform.data } },
    );
    const document = (await (await fetch(`${platform.apiUrl}/openapi.json`)).json()) as { paths: object };
    const tags = [...page.matchAll(/class="opblock-tag[^"]*"[^>]*data-tag="([^"]+)"/g)].map(([, tag]) => tag);
    const wanted = new Set(
      Object.values(document.paths).flatMap((item: Record<string, { tags: string[] }>) =>
        Object.values(item).flatMap((operation) => operation.tags),
      ),
    );
    assert.deepEqual(new Set(tags), wanted);
    const console = stderr.split('\n').filter((line) => /CONSOLE/.test(line));
    assert.deepEqual(
      console.filter((line) => /error|refused|failed|violat/i.test(line)),
      [],
    );
    assert.deepEqual(
      asked.filter((line) => !OWN.test(line)),
      [],
    );
  });
});
