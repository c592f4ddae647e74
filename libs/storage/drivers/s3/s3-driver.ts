import { systemClock } from '#kernel';
import { defineStorageDriver } from '../../storage-driver.js';
import { readS3Address, S3_SECRETS } from './s3-address.js';
import { s3Settings } from './s3-settings.js';

export const s3Driver = defineStorageDriver({
  kind: 's3',
  summary: 'a bucket of Amazon S3, or of any server that speaks its protocol',
  config: s3Settings,
  secrets: S3_SECRETS,
  aliases: ['aws'],
  addresses: {
    protocols: ['s3'],
    examples: [
      's3://bucket/prefix?region=eu-central-1',
      's3://bucket?endpoint=https://s3.example.org&caFile=/etc/ssl/example.pem',
    ],
    read: readS3Address,
  },
  // Keys are not among them: the SDK reads those itself, and never mixes the halves of two identities.
  environment: {
    AWS_REGION: 'region',
    AWS_DEFAULT_REGION: 'region',
    AWS_ENDPOINT_URL_S3: 'endpoint',
    AWS_ENDPOINT_URL: 'endpoint',
    AWS_CA_BUNDLE: 'caFile',
  },
  open: async (settings) => {
    const { openS3Storage } = await import('./s3-storage.js');
    return openS3Storage(settings, { clock: systemClock });
  },
});
