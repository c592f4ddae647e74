import { Failure, withNearest } from '#kernel';
import { placeOf, s3Settings, type S3Settings } from './s3-settings.js';

export const S3_SECRETS = ['secretAccessKey', 'sessionToken', 'customerKey'] as const;

const SETTINGS = Object.keys(s3Settings.shape).filter((name) => name !== 'container');
const NUMBERS = ['partSizeMiB', 'lockDays', 'connections', 'timeoutSeconds'];
const BOOLEANS = ['pathStyle', 'createBucket'];
/** Hosts of Amazon S3 itself, where a bucket is known by its name alone. */
const AMAZON = /(^|\.)amazonaws\.com$/;

/** What `s3://bucket/prefix?region=…&endpoint=…` says: any setting but a secret may stand in its query. */
export function readS3Address(address: URL): Readonly<Record<string, unknown>> {
  const bucket = decoded(address.hostname);
  if (address.username !== '' || address.password !== '') throw bearsSecret(bucket);
  if (address.port !== '') {
    const message = `the address of bucket "${bucket}" has a port; a server other than Amazon stands in ?endpoint=…`;
    throw new Failure('storage.address-invalid', message, { bucket });
  }
  const settings = new Map<string, unknown>();
  for (const [name, value] of address.searchParams) {
    assertSetting(name, bucket);
    if (settings.has(name)) {
      const message = `the address of bucket "${bucket}" says ${name} twice`;
      throw new Failure('storage.address-invalid', message, { bucket, name });
    }
    settings.set(name, valueOf(name, value));
  }
  return { container: `${bucket}${decoded(address.pathname)}`, ...Object.fromEntries(settings) };
}

/** The place as an address: the same for everybody who means the same bucket and folder, and without secrets. */
export function s3AddressOf({ container, endpoint }: Pick<S3Settings, 'container' | 'endpoint'>): string {
  const { name, folder } = placeOf(container);
  const path = folder === '' ? '' : `/${folder.slice(0, -1).split('/').map(encodeURIComponent).join('/')}`;
  const server = endpoint === undefined ? undefined : new URL(endpoint);
  if (server === undefined || AMAZON.test(server.hostname)) return `s3://${name}${path}`;
  const url = `${server.protocol}//${server.host}${server.pathname.replace(/\/+$/, '')}`;
  return `s3://${name}${path}?endpoint=${encodeURIComponent(url).replaceAll('%3A', ':').replaceAll('%2F', '/')}`;
}

function assertSetting(name: string, bucket: string): void {
  if ((S3_SECRETS as readonly string[]).includes(name)) throw bearsSecret(bucket);
  if (SETTINGS.includes(name)) return;
  const known = SETTINGS.filter((setting) => !(S3_SECRETS as readonly string[]).includes(setting));
  const message = `the address of bucket "${bucket}" has the unknown setting ${withNearest(name, known)}`;
  throw new Failure('storage.address-invalid', message, { bucket, name, known });
}

function bearsSecret(bucket: string): Failure {
  const message =
    `the address of bucket "${bucket}" bears a secret; put accessKeyId and secretAccessKey into the config file, ` +
    'or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY into the environment, or name a profile';
  return new Failure('storage.address-invalid', message, { bucket });
}

/** What is no number or yes-or-no stays as it is, for the schema to refuse in its words. */
function valueOf(name: string, text: string): unknown {
  if (NUMBERS.includes(name) && /^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (BOOLEANS.includes(name) && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Failure('storage.address-invalid', 'the address of a bucket has a "%" that encodes nothing');
  }
}
