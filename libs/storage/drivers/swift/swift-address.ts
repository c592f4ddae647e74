import { Failure, printable, withNearest } from '#kernel';
import { swiftConfig, versionOf, type SwiftConfig } from './swift-config.js';

/** Settings that are never in an address, and that nobody is shown. */
export const swiftSecrets = ['password', 'token', 'applicationCredentialSecret'] as const;

const PARAMETERS = Object.keys(swiftConfig.shape).filter((name) => name !== 'container' && !isSecret(name));

/** What `swift://container/prefix?authUrl=…` says. Throws `storage.address-invalid`. */
export function readSwiftAddress(address: URL): Readonly<Record<string, unknown>> {
  if (address.password !== '' || address.username !== '') {
    throw invalid('an address bears no user and no password', 'give them as settings, or by the environment');
  }
  if (address.host === '') throw invalid('the address names no container', 'write swift://container');
  if (address.port !== '') throw invalid('a container has no port', 'give the server with authUrl');
  const settings: Record<string, string> = {};
  for (const [name, value] of address.searchParams) {
    if (isSecret(name))
      throw invalid(`an address bears no ${name}`, 'give it as a setting, or by the environment');
    if (!PARAMETERS.includes(name)) {
      throw invalid(`the address has an unknown parameter ${withNearest(printable(name), PARAMETERS)}`);
    }
    if (name in settings) throw invalid(`the address has two parameters "${name}"`);
    settings[name] = value;
  }
  const prefix = decoded(address.pathname.replace(/^\/+|\/+$/g, ''));
  const container = decoded(address.host);
  return { ...settings, container: prefix === '' ? container : `${container}/${prefix}` };
}

/** Where the objects lie: the same for everybody who logs in there and means the same project. */
export function placeOf(config: SwiftConfig): string {
  const [container = '', ...prefix] = config.container.replace(/\/+$/, '').split('/');
  const path = [container, ...prefix].map(encodeURIComponent).join('/');
  return `swift://${path}?${new URLSearchParams(whereabouts(config)).toString()}`;
}

function whereabouts(config: SwiftConfig): [name: string, value: string][] {
  const { storageUrl, region } = config;
  // It names the account, so that nothing else matters.
  if (storageUrl !== undefined) return [['storageUrl', trimmed(storageUrl)]];
  const { projectId, projectName, projectDomainId, projectDomainName, trustId } = config;
  const account =
    versionOf(config) === '1'
      ? { user: config.user }
      : projectId !== undefined
        ? { projectId }
        : projectName !== undefined
          ? { projectName, projectDomainId, projectDomainName }
          : { applicationCredentialId: config.applicationCredentialId, trustId };
  return Object.entries({ authUrl: trimmed(config.authUrl ?? ''), ...account, region }).flatMap(
    ([name, value]) => (value === undefined ? [] : [[name, value]]),
  );
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}

function isSecret(name: string): boolean {
  return swiftSecrets.some((secret) => secret === name);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid('the address is not well encoded', 'write a percent sign as %25');
  }
}

function invalid(problem: string, advice?: string): Failure {
  const message = advice === undefined ? problem : `${problem}: ${advice}`;
  return new Failure('storage.address-invalid', message, { kind: 'swift' });
}
