import { z } from '#kernel';

const MOST_PART_MIB = 5 * 1024;

/** Bucket names as every server takes them, and the longer ones that some old servers have. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;
const MOST_PREFIX_CHARACTERS = 512;

export const s3Settings = z
  .strictObject({
    container: z
      .string()
      .refine(isPlace, 'must be a bucket, or bucket/prefix, without empty components')
      .describe('Bucket, or bucket/prefix: where the objects lie.'),
    endpoint: z
      .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
      .refine(hasNoSecret, 'must not bear a user or password')
      .optional()
      .describe('URL of the server; Amazon S3 when it is left out.'),
    region: z.string().min(1).default('us-east-1').describe('Region of the bucket.'),
    pathStyle: z
      .boolean()
      .optional()
      .describe(
        'Whether the bucket stands in the path of requests and not in the host name; yes when an endpoint is given.',
      ),
    accessKeyId: z
      .string()
      .min(1)
      .optional()
      .describe('Access key; without keys, those of the environment, the profile or the machine are used.'),
    secretAccessKey: z.string().min(1).optional().describe('Secret of the access key.'),
    sessionToken: z.string().min(1).optional().describe('Token that temporary keys come with.'),
    profile: z.string().min(1).optional().describe('Profile of the AWS config files to take the keys from.'),
    caFile: z
      .string()
      .min(1)
      .optional()
      .describe('File with the certificates (PEM) to trust, instead of those of the system.'),
    createBucket: z.boolean().default(false).describe('Whether to make the bucket when it is missing.'),
    partSizeMiB: z
      .number()
      .int()
      .min(5)
      .max(MOST_PART_MIB)
      .default(64)
      .describe('Objects above so many MiB are sent in parts of this size; it costs no memory.'),
    checksum: z
      .enum(['sha256', 'crc32', 'md5', 'none'])
      .default('sha256')
      .describe(
        'Checksum that the server is to keep; md5 or none for old servers. Transfers are checked by SHA-256 in any case.',
      ),
    storageClass: z
      .string()
      .min(1)
      .optional()
      .describe('Storage class of the objects, as the server names it.'),
    encryption: z
      .enum(['AES256', 'aws:kms', 'aws:kms:dsse'])
      .optional()
      .describe('Encryption by the server: its own keys (AES256) or those of its key service.'),
    kmsKeyId: z.string().min(1).optional().describe('Key of the key service, with encryption aws:kms.'),
    customerKey: z
      .base64()
      .refine((key) => Buffer.from(key, 'base64').length === 32, 'must be 32 bytes in Base64')
      .optional()
      .describe('Key of your own (32 bytes, Base64) that the server encrypts with and forgets (SSE-C).'),
    lockDays: z
      .number()
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .describe('Days for which nobody can remove an object; the bucket must have object lock.'),
    lockMode: z
      .enum(['governance', 'compliance'])
      .default('governance')
      .describe('Whether users with a special right may end a lock before its time (governance), or nobody.'),
    connections: z.number().int().min(1).max(64).default(4).describe('Requests at the same time.'),
    timeoutSeconds: z
      .number()
      .positive()
      .max(3600)
      .default(60)
      .describe('A connection on which nothing moves for so long is given up.'),
  })
  .refine((given) => (given.accessKeyId === undefined) === (given.secretAccessKey === undefined), {
    path: ['secretAccessKey'],
    message: 'accessKeyId and secretAccessKey are given together, or neither',
  })
  .refine((given) => given.sessionToken === undefined || given.accessKeyId !== undefined, {
    path: ['sessionToken'],
    message: 'belongs to an accessKeyId',
  })
  .refine((given) => given.profile === undefined || given.accessKeyId === undefined, {
    path: ['profile'],
    message: 'is given instead of accessKeyId, not with it',
  })
  .refine((given) => given.kmsKeyId === undefined || given.encryption?.startsWith('aws:kms'), {
    path: ['kmsKeyId'],
    message: 'belongs to encryption aws:kms',
  })
  .refine((given) => given.customerKey === undefined || given.encryption === undefined, {
    path: ['customerKey'],
    message: 'is given instead of encryption, not with it',
  });

export type S3Settings = z.infer<typeof s3Settings>;

/** `bucket` and `a/b/` of `bucket/a/b`; the folder is empty for a whole bucket. */
export function placeOf(container: string): { readonly name: string; readonly folder: string } {
  const [name = '', ...rest] = container.replace(/\/$/, '').split('/');
  return { name, folder: rest.length === 0 ? '' : `${rest.join('/')}/` };
}

function isPlace(container: string): boolean {
  const { name, folder } = placeOf(container);
  const components = folder === '' ? [] : folder.slice(0, -1).split('/');
  const isFolder = components.every((component) => !['', '.', '..'].includes(component));
  return BUCKET.test(name) && isFolder && folder.length <= MOST_PREFIX_CHARACTERS;
}

function hasNoSecret(endpoint: string): boolean {
  const { username, password } = new URL(endpoint);
  return username === '' && password === '';
}
