import { defineStorageDriver } from '../../storage-driver.js';
import { readSwiftAddress, swiftSecrets } from './swift-address.js';
import { swiftConfig } from './swift-config.js';

export const swiftDriver = defineStorageDriver({
  kind: 'swift',
  summary: 'a container of OpenStack Swift, with a login by Keystone or of version 1',
  notes: [
    'Objects larger than partSize are stored as parts below ".firn-tmp/" and a manifest under their name (a static large object); removing the object removes its parts. Do not empty ".firn-tmp/" by hand.',
    'What a killed process left of a large object is removed by a put a day later.',
    'Swift shows what was stored at once as long as its container servers answer; after trouble with them a listing may be late.',
    'Swift refuses a put when there is an object by this name already, but two clients that begin at the same instant may both succeed, and the later one stays. Firn gives its objects names of their own.',
    'A token that ends is renewed, unless a token is all that was given.',
  ],
  config: swiftConfig,
  secrets: swiftSecrets,
  addresses: {
    protocols: ['swift'],
    examples: [
      'swift://backups',
      'swift://backups/web-1?authUrl=https://keystone.example.org:5000/v3&projectName=web&region=north',
    ],
    read: readSwiftAddress,
  },
  // The names that the clients of OpenStack read; where two fill one setting, the first is the present one.
  environment: {
    OS_AUTH_URL: 'authUrl',
    ST_AUTH: 'authUrl',
    OS_IDENTITY_API_VERSION: 'authVersion',
    ST_AUTH_VERSION: 'authVersion',
    OS_USERNAME: 'user',
    ST_USER: 'user',
    OS_USER_ID: 'userId',
    OS_PASSWORD: 'password',
    ST_KEY: 'password',
    OS_USER_DOMAIN_NAME: 'userDomainName',
    OS_USER_DOMAIN_ID: 'userDomainId',
    OS_PROJECT_NAME: 'projectName',
    OS_TENANT_NAME: 'projectName',
    OS_PROJECT_ID: 'projectId',
    OS_TENANT_ID: 'projectId',
    OS_PROJECT_DOMAIN_NAME: 'projectDomainName',
    OS_PROJECT_DOMAIN_ID: 'projectDomainId',
    OS_APPLICATION_CREDENTIAL_ID: 'applicationCredentialId',
    OS_APPLICATION_CREDENTIAL_NAME: 'applicationCredentialName',
    OS_APPLICATION_CREDENTIAL_SECRET: 'applicationCredentialSecret',
    OS_TOKEN: 'token',
    OS_AUTH_TOKEN: 'token',
    OS_TRUST_ID: 'trustId',
    OS_REGION_NAME: 'region',
    OS_INTERFACE: 'interface',
    OS_ENDPOINT_TYPE: 'interface',
    OS_STORAGE_URL: 'storageUrl',
    OS_CACERT: 'caFile',
  },
  open: async (config) => {
    const { openSwiftStorage } = await import('./swift-storage.js');
    return openSwiftStorage(config);
  },
});
