import {
  startHttpServer,
  type HeardRequest,
  type HttpReply,
  type TestHttpServer,
} from '../../http-server.js';
import type { TestSwift } from '../swift.js';
import { swiftToken } from './ask-swift.js';

/** What somebody must say to be let in, as Keystone's version 3 has it. */
interface Identity {
  readonly methods?: readonly string[];
  readonly password?: { user?: { name?: string; id?: string; domain?: object; password?: string } };
  readonly application_credential?: { id?: string; name?: string; secret?: string; user?: { name?: string } };
  readonly token?: { id?: string };
}

/**
 * A fake of Keystone's login alone, since the real one cannot be installed everywhere. Its tokens are those of the real
 * Swift behind it, and so is the object store in its catalog: region `north` has it, region `south` has nothing that
 * answers.
 *
 * It knows the user `firn` (id `u-1`, password `secret`, domain `Default`), the application credential `ac-1` (name
 * `robot`, secret `ac-secret`), and the token `given-token`.
 */
export async function startFakeKeystone(swift: Pick<TestSwift, 'auth' | 'url'>): Promise<TestHttpServer> {
  const account = `/v1/${swift.auth.account}`;
  const endpoint = (region: string, kind: string, url: string) => ({
    ...{ interface: kind, region, region_id: region, url },
  });
  const catalog = [
    { type: 'identity', endpoints: [endpoint('north', 'public', 'http://127.0.0.1:1/v3')] },
    {
      type: 'object-store',
      endpoints: [
        endpoint('south', 'public', `http://127.0.0.1:1${account}`),
        endpoint('north', 'admin', `http://127.0.0.1:1${account}`),
        endpoint('north', 'public', swift.url + account),
        endpoint('north', 'internal', `${swift.url}${account}/`),
      ],
    },
  ];
  return startHttpServer(async (request): Promise<HttpReply> => {
    if (request.line !== 'POST /v3/auth/tokens') return { status: 404 };
    if (!isKnown(request)) return { status: 401, body: { error: { code: 401, message: 'not known' } } };
    const { token } = await swiftToken(swift.auth);
    return {
      status: 201,
      headers: { 'x-subject-token': token },
      body: { token: { methods: ['any'], expires_at: '2099-01-01T00:00:00.000000Z', catalog } },
    };
  });
}

function isKnown({ body }: HeardRequest): boolean {
  const { identity = {} } = (body as { auth: { identity?: Identity } }).auth;
  const { password, application_credential: credential, token } = identity;
  if (password) {
    const { name, id, password: said } = password.user ?? {};
    return (name === 'firn' || id === 'u-1') && said === 'secret';
  }
  if (credential) {
    const isNamed =
      credential.id === 'ac-1' || (credential.name === 'robot' && credential.user?.name === 'firn');
    return isNamed && credential.secret === 'ac-secret';
  }
  return token?.id === 'given-token';
}
