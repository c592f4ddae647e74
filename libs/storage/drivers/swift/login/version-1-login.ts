import { Failure } from '#kernel';
import type { SwiftConfig } from '../swift-config.js';
import type { SwiftHttp } from '../swift-http.js';
import { ask } from './ask.js';
import type { SwiftLogin } from './swift-login.js';

/** The login of tempauth, swauth and Ceph: user and key in headers. */
export async function loginByVersion1(
  http: SwiftHttp,
  { authUrl = '', user = '', password = '' }: SwiftConfig,
  place: string,
): Promise<SwiftLogin> {
  const headers = { 'x-auth-user': user, 'x-auth-key': password };
  const { answer } = await ask(http, { method: 'GET', url: authUrl, headers }, place);
  const token = answer.header('x-auth-token');
  const storageUrl = answer.header('x-storage-url');
  if (token !== undefined && storageUrl !== undefined) return { token, storageUrl };
  throw new Failure('storage.unsupported', `"${authUrl}" gives no token, so it is no login of version 1`, {
    place,
  });
}
