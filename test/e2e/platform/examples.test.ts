import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { requireProgram, type PlatformFixture } from '#test/support';
import { asked } from './asked.js';
import { operationsOf, type Operation } from './operations.js';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

const run = promisify(execFile);
const PASSWORD = 'a password for tests';
/** What must be there before something else can refer to it. */
const ORDER = [
  'clients',
  'actions',
  'sessions',
  'jobs',
  'backups',
  'users',
  'restores',
  'client',
  'job-files',
  'claims',
];

const UNSEALED = '/api/v1/node/runs/{id}/storages';

describe('the examples of /openapi.json, sent with curl', function () {
  this.timeout(90_000);
  let own: OwnPlatform;
  let platform: PlatformFixture;
  let operations: readonly Operation[];
  let description: string;
  let token: string;
  /** By path: what was answered by the request that made something there. */
  const made = new Map<string, Readonly<Record<string, unknown>>>();

  before(async function () {
    requireProgram(this, 'curl');
    own = await startOwnPlatform({ scheduler: false });
    platform = own.platform;
    const { body } = await asked(platform.apiUrl, 'GET /openapi.json');
    operations = operationsOf(body);
    description = (body['info'] as { description: string }).description;
    ({ token } = await platform.api.logIn('admin', PASSWORD));
  });
  after(() => own?.[Symbol.asyncDispose]());

  async function curl(
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ status: number; text: string }> {
    const file = join(platform.data, 'answer');
    writeFileSync(file, '');
    const { stdout } = await run('curl', [
      ...['-s', '-o', file, '-w', '%{http_code}', '-X', method, platform.apiUrl + path],
      ...['-H', `Authorization: Bearer ${token}`],
      ...(body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)]),
    ]);
    return { status: Number(stdout), text: readFileSync(file, 'utf8') };
  }

  it('of the introduction work as they stand', async () => {
    const commands = description
      .split('\n')
      .filter((line) => /^ {4}/.test(line))
      .join('\n')
      .replaceAll('http://127.0.0.1:9090', platform.apiUrl)
      .replaceAll('"…"', JSON.stringify(PASSWORD));
    assert.match(commands, /curl.*\n.*\n.*curl/);
    const env = { PATH: process.env['PATH'] ?? '', TOKEN: token };
    const { stdout } = await run('sh', ['-euc', commands], { env });
    const answers = stdout
      .replaceAll('}{', '}\n{')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as Answered);
    assert.deepEqual(
      answers.map(({ user, name }) => user?.name ?? name),
      ['admin', 'admin'],
    );
  });

  it('are taken as they stand, by every route that has one', async () => {
    const sent = operations
      .filter(({ example, path }) => example !== undefined && path !== '/api/v1/tokens')
      .sort((a, b) => rank(a) - rank(b));
    for (const operation of sent) {
      const { status, text } = await curl(operation.method, filled(operation), exampleOf(operation));
      // Secrets are opened for whoever runs the job, and for no administrator.
      const good = operation.path === UNSEALED ? [403] : [...operation.good, 201];
      assert.ok(good.includes(status), `${operation.line}: ${status} ${text}`);
      if (operation.path === UNSEALED) continue;
      if (operation.method !== 'PATCH') made.set(operation.path, JSON.parse(text || '{}') as Answered);
    }
    assert.ok(sent.length > 25, `${sent.length} examples`);
  });

  it('leave something to be shown and listed by every route that only looks', async () => {
    let looked = 0;
    for (const operation of operations.filter(({ method }) => method === 'GET')) {
      const { status, text } = await curl('GET', filled(operation) + operation.query('web1'), undefined);
      assert.ok(operation.good.includes(status), `${operation.line}: ${status} ${text}`);
      looked += 1;
    }
    assert.ok(looked > 25, `${looked} routes`);
  });

  interface Answered extends Readonly<Record<string, unknown>> {
    readonly user?: { readonly name: string };
    readonly name?: string;
  }

  /** Examples name what a platform may have; here it is what was made just before. A restore runs once, at once. */
  function exampleOf({ path, example }: Operation): unknown {
    if (typeof example !== 'object' || example === null) return example;
    const restore = made.get('/api/v1/restores');
    if ('jobId' in example) return { ...example, jobId: restore?.['id'], jobRevision: restore?.['revision'] };
    if (path === '/api/v1/restores') return { ...example, backupId: made.get('/api/v1/backups')?.['id'] };
    return example;
  }

  /** The path with ids of what was made there; else with the examples of its parameters. */
  function filled({ path, parameters }: Operation): string {
    return path.replace(/\{(\w+)\}/g, (place, name: string, at: number) => {
      const above = path.slice(0, at).replace(/\/$/, '');
      const answer = made.get(above) ?? made.get(above.replace('/node/jobs', '/jobs')) ?? claimed(above);
      const example = parameters.find((parameter) => parameter.name === name)?.schema?.example;
      const owner = (answer?.['user'] as Answered | undefined) ?? answer;
      const value = [owner?.[name], owner?.['id'], example, name === 'file' && 'shop.yaml'].find(
        (each) => typeof each === 'string',
      );
      assert.ok(value, `${path}: nothing is known for ${place}`);
      return encodeURIComponent(value);
    });
  }

  function claimed(above: string): Readonly<Record<string, unknown>> | undefined {
    if (!above.endsWith('/runs')) return undefined;
    return made.get('/api/v1/node/claims')?.['run'] as Answered | undefined;
  }
});

/** What is made first, and what needs it later; at one place, whole documents before parts of them. */
function rank({ kind, path, method }: Operation): number {
  const place = ORDER.indexOf(kind);
  const isOld = path.startsWith('/v2') ? 1 : path.startsWith('/api/v1/node') ? 2 : 0;
  const verbs = ['POST', 'PUT', 'PATCH'];
  // Nothing comes after the end of a run.
  if (path.endsWith('/report')) return 1e6;
  return isOld * 1e5 + (place < 0 ? ORDER.length : place) * 1000 + path.length * 4 + verbs.indexOf(method);
}
