import { Failure, z } from '#kernel';
import type { SwiftConfig } from '../swift-config.js';
import type { SwiftHttp } from '../swift-http.js';
import { ask } from './ask.js';
import { keystoneRequest } from './keystone-request.js';
import type { SwiftLogin } from './swift-login.js';

const endpointSchema = z.object({
  interface: z.string(),
  url: z.string(),
  region: z.string().nullish(),
  region_id: z.string().nullish(),
});
const tokenSchema = z.object({
  token: z.object({
    catalog: z.array(z.object({ type: z.string(), endpoints: z.array(endpointSchema) })).default([]),
  }),
});
type Endpoint = z.output<typeof endpointSchema>;

/** The login of Keystone, version 3: a token, and where its catalog says that the object store is. */
export async function loginByKeystone(
  http: SwiftHttp,
  config: SwiftConfig,
  place: string,
): Promise<SwiftLogin> {
  const url = tokensUrl(config.authUrl ?? '');
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const body = JSON.stringify(keystoneRequest(config));
  const { answer, text } = await ask(http, { method: 'POST', url, headers, body }, place);
  const token = answer.header('x-subject-token');
  const said = tokenSchema.safeParse(jsonOf(text));
  if (token === undefined || !said.success) {
    throw new Failure('storage.unsupported', `"${url}" gives no token, so it is no Keystone of version 3`, {
      place,
    });
  }
  if (config.storageUrl !== undefined) return { token, storageUrl: config.storageUrl };
  const stores = said.data.token.catalog.filter(({ type }) => type === 'object-store');
  const endpoints = stores.flatMap((store) => store.endpoints);
  return { token, storageUrl: endpointFor(config, endpoints, place).url };
}

function tokensUrl(authUrl: string): string {
  const base = authUrl.replace(/\/+$/, '').replace(/\/auth\/tokens$/, '');
  return `${base.endsWith('/v3') ? base : `${base}/v3`}/auth/tokens`;
}

function endpointFor(config: SwiftConfig, endpoints: readonly Endpoint[], place: string): Endpoint {
  const { region, interface: wanted } = config;
  const offered = endpoints.filter((endpoint) => endpoint.interface === wanted);
  const found = offered.find((endpoint) => region === undefined || regionOf(endpoint) === region);
  if (found) return found;
  const regions = [...new Set(offered.map(regionOf))];
  const where = region === undefined ? '' : ` in region "${region}"`;
  const others = regions.length > 0 ? `; there are ${regions.join(', ')}` : ', nor in any other';
  const message = `the catalog has no ${wanted} object store${where}${region === undefined ? '' : others}`;
  throw new Failure('storage.unsupported', message, { place, regions });
}

function regionOf({ region, region_id }: Endpoint): string {
  return region_id ?? region ?? '';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
