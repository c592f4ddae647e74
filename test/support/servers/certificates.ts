import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runQuietly } from '../run-quietly.js';

/** Files in PEM. */
export interface Certificate {
  readonly keyFile: string;
  readonly certificateFile: string;
}

/** An authority that signs certificates for servers of tests: `ca.pem` and `ca.key` in a directory. */
export async function makeAuthority(directory: string): Promise<Certificate> {
  const files = { keyFile: join(directory, 'ca.key'), certificateFile: join(directory, 'ca.pem') };
  await openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=Firn test authority', '-keyout', files.keyFile, '-out', files.certificateFile],
  );
  return files;
}

/** A certificate for `localhost` and 127.0.0.1 by that authority. */
export async function makeCertificate(directory: string, authority: Certificate): Promise<Certificate> {
  const files = { keyFile: join(directory, 'server.key'), certificateFile: join(directory, 'server.crt') };
  const [request, names] = [join(directory, 'server.csr'), join(directory, 'server.ext')];
  await writeFile(names, 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  await openssl(
    ...['req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost'],
    ...['-keyout', files.keyFile, '-out', request],
  );
  await openssl(
    ...['x509', '-req', '-days', '2', '-in', request, '-out', files.certificateFile, '-extfile', names],
    ...['-CA', authority.certificateFile, '-CAkey', authority.keyFile, '-CAcreateserial'],
  );
  return files;
}

async function openssl(...args: readonly string[]): Promise<void> {
  if (!(await runQuietly('openssl', args))) throw new Error(`openssl ${args[0]} failed`);
}
