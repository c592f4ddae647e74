import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Failure, httpStatusOf, type Logger } from '#kernel';
import { freezerAnswerOf } from '../compat/freezer-v2/faults/freezer-fault.js';
import { isFreezerPath } from '../compat/freezer-v2/freezer-address.js';
import { API_SETTINGS, LOGGER, type ApiSettings } from '../tokens.js';
import { allowedMethods } from './allowed-methods.js';
import { problemAnswerOf } from './problem.js';
import { requestFailure } from './request-failure.js';
import { requestIdOf } from './request-id.js';

/** The one place where what was thrown becomes an answer, and where it is logged. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const [request, response] = [
      host.switchToHttp().getRequest<Request>(),
      host.switchToHttp().getResponse<Response>(),
    ];
    const failure = isUnrouted(thrown)
      ? unrouted(request, response)
      : requestFailure(thrown, this.settings.bodyLimit);
    const requestId = requestIdOf(response);
    this.#log(failure, request, requestId);
    // Nobody is left to answer when it failed in the middle of an answer.
    if (response.headersSent) return void response.destroy();
    const { status, type, body } = isFreezerPath(request.path)
      ? freezerAnswerOf(failure, request.method)
      : problemAnswerOf(failure, requestId);
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="firn"');
    // A body that was not read to its end would be taken for the next request.
    if (status === 413) response.setHeader('Connection', 'close');
    response.status(status);
    if (body === undefined) return void response.end();
    response.type(type).send(JSON.stringify(body));
  }

  #log(failure: Failure, { method, path }: Request, request: string): void {
    const facts = { request, method, path, code: failure.code, failure: failure.message };
    if (failure.kind === 'internal' || failure.kind === 'corrupt') {
      this.logger.error('request failed', { ...facts, context: failure.context, stack: stackOf(failure) });
    } else if (httpStatusOf(failure.code) >= 500) this.logger.warn('request failed', facts);
    else this.logger.debug('request refused', facts);
  }
}

/** Nothing here throws a 404 of Nest; its router does. */
function isUnrouted(thrown: unknown): boolean {
  return thrown instanceof HttpException && thrown.getStatus() === 404;
}

function unrouted(request: Request, response: Response): Failure {
  const { method, path } = request;
  const allowed = allowedMethods(request);
  if (allowed.length === 0) {
    return new Failure('request.route-unknown', `there is no ${method} ${path}`, { method, path });
  }
  response.setHeader('Allow', allowed.join(', '));
  return new Failure('request.method-not-allowed', `${path} takes ${allowed.join(', ')}, not ${method}`, {
    method,
    path,
    allowed,
  });
}

function stackOf(failure: Failure): string | undefined {
  return failure.cause instanceof Error ? failure.cause.stack : failure.stack;
}
