import { isReady, versionOf, type SwiftConfig } from '../swift-config.js';
import type { SwiftHttp } from '../swift-http.js';
import { loginByKeystone } from './keystone-login.js';
import type { SwiftLogin } from './swift-login.js';
import { loginByVersion1 } from './version-1-login.js';

/** Logs in as the settings say; rejects with `storage.login-refused` when nobody knows the user. */
export async function logIn(http: SwiftHttp, config: SwiftConfig, place: string): Promise<SwiftLogin> {
  const { token, storageUrl } = config;
  if (isReady(config)) return { token: token ?? '', storageUrl: trimmed(storageUrl ?? '') };
  const login = versionOf(config) === '1' ? loginByVersion1 : loginByKeystone;
  const given = await login(http, config, place);
  return { token: given.token, storageUrl: trimmed(storageUrl ?? given.storageUrl) };
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}
