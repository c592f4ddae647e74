import { readFile } from 'node:fs/promises';
import { Failure, invalid, printable, z } from '#kernel';
import { defineStorageDriver } from '../../storage-driver.js';
import type { StorageBackend } from '../../storage-backend.js';
import { containerAt, placeOf, readAddress } from './ftp-address.js';
import { openFtpStorage } from './ftp-storage.js';

/**
 * What holds, where the protocol promises little: an object grows under a temporary name and is renamed when its size is
 * right, so it is seen whole or not at all. FTP cannot rename "unless the name is taken". So a put looks first, and puts
 * of one key from one process stand in line; two processes that put one key within the same moment may both succeed, and
 * the later one's object stays. Keys of Firn bear ids that no other process uses.
 */
const common = {
  container: text()
    .min(1)
    .refine((path) => !path.split('/').includes('..'), 'must not contain ".."')
    .describe(
      'Path on the server: from its root when it begins with "/", else from where the login leads. It is made by the first backup.',
    ),
  host: text()
    .min(1)
    .refine((host) => !/[\s/@]/.test(host), 'must be the name or the address of a server')
    .describe('Name or address of the server.'),
  port: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('TCP port; 21 unless it is given, and 990 for implicit TLS.'),
  user: text().min(1).default('anonymous').describe('User to log in as.'),
  password: text().optional().describe('Password of the user.'),
  connections: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Connections at the same time; servers often allow few for one client.'),
  timeoutSeconds: z
    .number()
    .positive()
    .max(86_400)
    .default(60)
    .describe('A connection on which nothing moves for so long is given up.'),
};
const ENVIRONMENT = { FIRN_FTP_USER: 'user', FIRN_FTP_PASSWORD: 'password' } as const;
const TUNING = ['connections', 'timeoutSeconds'];

export const ftpDriver = defineStorageDriver({
  kind: 'ftp',
  summary:
    'a directory of an FTP server; password, names and data travel in clear (data is sealed by Firn when there is a passphrase), so prefer ftps',
  config: z.strictObject(common),
  secrets: ['password'],
  environment: ENVIRONMENT,
  addresses: {
    protocols: ['ftp'],
    examples: ['ftp://backup@ftp.example.org/backups', 'ftp://backup@ftp.example.org/%2Fsrv/backups'],
    read: (address) => readAddress(address, TUNING),
  },
  open: (config) => opened('ftp', config),
});

export const ftpsDriver = defineStorageDriver({
  kind: 'ftps',
  summary: 'a directory of an FTP server over TLS, of which the certificate is verified',
  config: z.strictObject({
    ...common,
    caFile: text()
      .min(1)
      .optional()
      .describe('PEM file with the authority that signed the certificate; those of the system otherwise.'),
    serverName: text().min(1).optional().describe('Name in the certificate, when it is not the host.'),
    implicit: z
      .boolean()
      .default(false)
      .describe('TLS from the first byte, as old servers want it on port 990; otherwise AUTH TLS.'),
  }),
  secrets: ['password'],
  aliases: ['ftpes'],
  environment: ENVIRONMENT,
  addresses: {
    protocols: ['ftps', 'ftpes'],
    examples: [
      'ftps://backup@ftp.example.org/backups',
      'ftps://backup@ftp.example.org/backups?implicit=true&caFile=/etc/firn/ca.pem',
    ],
    read: (address) => readAddress(address, [...TUNING, 'caFile', 'serverName', 'implicit']),
  },
  open: async ({ caFile, serverName, implicit, ...config }) => {
    const ca = caFile === undefined ? undefined : await authorityIn(caFile);
    // An address is no name that a client may send.
    const name = serverName ?? (/^[\d.]+$|:/.test(config.host) ? undefined : config.host);
    return opened('ftps', config, { implicit, serverName: name, ca });
  },
});

type Common = z.infer<z.ZodObject<typeof common>>;

async function opened(
  kind: 'ftp' | 'ftps',
  { port, password = 'anonymous@', timeoutSeconds, ...config }: Common,
  tls?: {
    readonly implicit: boolean;
    readonly serverName: string | undefined;
    readonly ca: string | undefined;
  },
): Promise<StorageBackend> {
  const server = { ...config, kind, port: port ?? (tls?.implicit ? 990 : 21) };
  return openFtpStorage({
    ...server,
    ...{ password, tls, timeoutMs: timeoutSeconds * 1000 },
    container: containerAt(config.container),
    place: placeOf(server),
  });
}

async function authorityIn(caFile: string): Promise<string> {
  const pem = await readFile(caFile, 'utf8').catch((error: unknown) => {
    const message = `cannot read file "${printable(caFile)}"`;
    throw new Failure('input.file-unreadable', message, { path: caFile }, error);
  });
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw invalid('configuration of storage "ftps"', [
    { path: 'caFile', message: `"${printable(caFile)}" holds no certificate in PEM` },
  ]);
}

/** A line end would be a command of its own to the server. */
function text(): z.ZodString {
  // eslint-disable-next-line no-control-regex
  return z.string().regex(/^[^\x00-\x1f\x7f]*$/, 'must not contain control characters');
}
