import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ControlParts } from '#control';
import { asFailure, deadline, Failure } from '#kernel';
import { AppModule } from './app.module.js';
import { freezerBodies } from './compat/freezer-v2/freezer-address.js';
import { isJson, onlyJson } from './http/media-type.js';
import { nestLogger } from './http/nest-logger.js';
import { requestIdOf, requestIds } from './http/request-id.js';
import { requestTimes } from './http/request-times.js';
import { securityHeaders } from './http/security-headers.js';
import { installDocs } from './openapi/docs-page.js';
import { PlatformMetrics } from './system/platform-metrics.js';
import type { ApiSettings } from './tokens.js';

export interface Address {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

export interface Served {
  /** `http://127.0.0.1:9090` */
  readonly url: string;
  /** Takes no more requests, waits at most `graceMs` for those that are being answered, and cuts off the rest. */
  close(graceMs: number): Promise<void>;
}

/** Answers requests from now on. Rejects with `platform.port-taken`. */
export async function serve(parts: ControlParts, settings: ApiSettings, address: Address): Promise<Served> {
  const app = await application(parts, settings);
  const close = closing(app);
  try {
    await app.listen(address.port, address.host);
  } catch (error) {
    await app.close();
    throw listenFailure(error, address);
  }
  return { url: urlOf(app, address.host), close };
}

/** The application as it answers, before it listens. */
async function application(parts: ControlParts, settings: ApiSettings): Promise<NestExpressApplication> {
  const { logger } = parts;
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(parts, settings), {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const metrics = app.get(PlatformMetrics);
  app.use(requestIds);
  app.use(
    requestTimes((answered, response) => {
      metrics.count(answered);
      logger.debug('request answered', { request: requestIdOf(response), ...answered });
    }),
  );
  app.use(securityHeaders());
  app.use('/v2', freezerBodies);
  app.use(onlyJson);
  app.useBodyParser('json', { limit: settings.bodyLimit, type: (request) => isJson(request) });
  installDocs(app);
  return app;
}

function listenFailure(error: unknown, { host, port }: Address): Failure {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE' || code === 'EACCES') return portTaken({ host, port }, error);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new Failure('input.invalid', `cannot listen on "${host}": it is no address of this machine`, {
      host,
    });
  }
  return asFailure(error);
}

export function portTaken({ host, port }: Address, cause?: unknown): Failure {
  return new Failure('platform.port-taken', `port ${port} of ${host} cannot be used`, { host, port }, cause);
}

function urlOf(app: NestExpressApplication, host: string): string {
  const { port } = app.getHttpServer().address() as { port: number };
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Stops an application that has been told so: kept connections end with the answer that is being given on them. */
function closing(app: NestExpressApplication): (graceMs: number) => Promise<void> {
  const server = app.getHttpServer();
  let over = false;
  server.on('request', (_request, response) => {
    response.once('close', () => {
      if (over) setImmediate(() => server.closeIdleConnections());
    });
  });
  return async (graceMs) => {
    over = true;
    const patience = deadline(graceMs, new Failure('run.cancelled', 'enough waited'));
    patience.signal.addEventListener('abort', () => server.closeAllConnections(), { once: true });
    try {
      await app.close();
    } finally {
      patience.clear();
    }
  };
}
