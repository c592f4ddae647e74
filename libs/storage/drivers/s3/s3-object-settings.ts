import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { S3Settings } from './s3-settings.js';

const DAY_MS = 24 * 3600 * 1000;

/** What every request for an object bears whose bytes are encrypted with a key of the user's own. */
export function keyHeaders({ customerKey }: S3Settings): {
  SSECustomerAlgorithm?: string;
  SSECustomerKey?: string;
} {
  return customerKey === undefined ? {} : { SSECustomerAlgorithm: 'AES256', SSECustomerKey: customerKey };
}

type NewObject = Pick<
  PutObjectCommandInput,
  | 'StorageClass'
  | 'ServerSideEncryption'
  | 'SSEKMSKeyId'
  | 'SSECustomerAlgorithm'
  | 'SSECustomerKey'
  | 'ObjectLockMode'
  | 'ObjectLockRetainUntilDate'
>;

/** What is said once for a new object: class, encryption, lock. */
export function newObjectHeaders(settings: S3Settings, now: Date): NewObject {
  const { storageClass, encryption, kmsKeyId, lockDays, lockMode } = settings;
  return {
    ...keyHeaders(settings),
    ...(storageClass !== undefined && {
      StorageClass: storageClass as NonNullable<NewObject['StorageClass']>,
    }),
    ...(encryption !== undefined && { ServerSideEncryption: encryption }),
    ...(kmsKeyId !== undefined && { SSEKMSKeyId: kmsKeyId }),
    ...(lockDays !== undefined && {
      ObjectLockMode: lockMode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
      ObjectLockRetainUntilDate: new Date(now.getTime() + lockDays * DAY_MS),
    }),
  };
}
