import assert from 'node:assert/strict';
import type { Role } from '#domain';
import { deskOf } from '../../testing/desk.js';
import { startTestApi, type TestApi } from '../../testing/start-test-api.js';

/** One request and its answer, as they go over the wire. */
export interface Exchange {
  readonly why: string;
  /** `{job_id}` stands for the last answer's text of that name. */
  readonly ask: string;
  /** A member of the project `default` unless said otherwise; `nobody` sends no token. */
  readonly as?: Role | 'stranger' | 'nobody';
  /** JSON; text is sent as it is. */
  readonly body?: unknown;
  readonly status: number;
  /** The whole document that is answered; `''` for none. */
  readonly answer?: unknown;
  /** A part of it. */
  readonly like?: object;
}

/** A test for each exchange, in this order, with one API whose memory is empty at first. */
export function describeWire(what: string, exchanges: readonly Exchange[]): void {
  describe(what, () => {
    const texts = new Map<string, string>();
    let api: TestApi;
    let stranger: string;

    before(async () => {
      api = await startTestApi();
      stranger = await api.tokenOf('member', 'other');
    });
    after(() => api.close());

    for (const { why, ask, as = 'member', body, status, answer, like } of exchanges) {
      it(`${why}: ${ask} is ${status}`, async () => {
        const token = as === 'nobody' ? undefined : as === 'stranger' ? stranger : api.tokens[as];
        const line = ask.replace(/\{(\w+)\}/g, (_, name: string) => texts.get(name) ?? assert.fail(name));
        const reply = await deskOf(api.url, token)(line, body);
        assert.equal(reply.status, status, reply.text);
        if (answer === '') assert.equal(reply.text, '');
        else if (answer !== undefined) assert.deepEqual(reply.body, answer);
        if (like) assert.partialDeepStrictEqual(reply.body, like);
        assert.match(String(reply.headers['x-openstack-request-id']), /^req-[\w-]{36}$/);
        for (const [name, value] of Object.entries(reply.body)) {
          if (typeof value === 'string') texts.set(name, value);
        }
      });
    }
  });
}

export const P = '/v2/default';
export const FORBIDDEN = {
  title: 'Access Forbidden',
  description: 'You are not allowed to access this resource',
};
/** What registers a client that can do what this version can. */
export const WEB1 = {
  why: 'a client is registered',
  ask: `POST ${P}/clients/`,
  body: { client_id: 'web1' },
  status: 201,
};

export const BACKUP_WWW = {
  action: 'backup',
  mode: 'fs',
  path_to_backup: '/var/www',
  backup_name: 'www',
  container: '/srv/backups',
  storage: 'local',
};
