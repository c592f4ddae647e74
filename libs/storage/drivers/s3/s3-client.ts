import { readFile } from 'node:fs/promises';
import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import { Failure, invalid, printable } from '#kernel';
import { Payload } from './payload.js';
import type { S3Parts } from './s3-parts.js';
import type { S3Settings } from './s3-settings.js';

const SHA256_HEADER = 'x-amz-content-sha256';
const silent = () => undefined;

/**
 * The SDK, loaded and set up. It retries nothing, since decorators do; adds no checksum of its own, since those it adds
 * to streams are not understood by older servers; and prints nothing. Connects only when something is asked.
 */
export async function connectS3(settings: S3Settings, { lookup }: S3Parts): Promise<S3> {
  const { endpoint, region, profile, timeoutSeconds } = settings;
  const ca = settings.caFile === undefined ? undefined : await certificates(settings.caFile);
  const { S3: Client } = await import('@aws-sdk/client-s3');
  const timeoutMs = Math.ceil(timeoutSeconds * 1000);
  // Whoever limits the calls does so outside: a request that waits for a connection would seem to stall.
  const agent = { keepAlive: true, maxSockets: Infinity, ...(lookup && { lookup }) };
  const config: S3ClientConfig = {
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(settings.accessKeyId !== undefined && { credentials: keysOf(settings) }),
    forcePathStyle: settings.pathStyle ?? endpoint !== undefined,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With it the SDK takes a new connection for each put, and forgets the certificates to trust.
    expectContinueHeader: false,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    requestHandler: {
      connectionTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      httpAgent: agent,
      httpsAgent: { ...agent, ...(ca !== undefined && { ca }) },
    },
  };
  const client = new Client(config);
  signPayloads(client);
  return client;
}

/** Puts the digest of a stream where the signature looks for it: the server then checks what it got against it. */
function signPayloads(client: S3): void {
  client.middlewareStack.add(
    (next) => (call) => {
      const { Body: body } = call.input as { readonly Body?: unknown };
      if (body instanceof Payload) {
        (call.request as { headers: Record<string, string> }).headers[SHA256_HEADER] = body.sha256;
      }
      return next(call);
    },
    { step: 'build', name: 'payloadDigest' },
  );
}

function keysOf({ accessKeyId = '', secretAccessKey = '', sessionToken }: S3Settings) {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

async function certificates(path: string): Promise<string> {
  const pem = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure('input.file-unreadable', `cannot read file "${printable(path)}"`, { path }, error);
  });
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  const message = `file "${printable(path)}" holds no certificate in PEM`;
  throw invalid('configuration of storage "s3"', [{ path: 'caFile', message }]);
}
