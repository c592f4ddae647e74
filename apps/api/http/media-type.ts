import type { NextFunction, Request, Response } from 'express';
import { Failure } from '#kernel';

/** Refuses bodies that are something else than JSON, which would be passed over in silence otherwise. */
export function onlyJson(request: Request, _response: Response, next: NextFunction): void {
  if (hasBody(request) && !isJson(request)) {
    const type = request.headers['content-type'] ?? 'none';
    throw new Failure('request.media-type', `the body is to be application/json, not ${type}`, { type });
  }
  next();
}

/** What the body parser takes. */
export function isJson(request: { readonly headers: Request['headers'] }): boolean {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  return /^application\/([\w.-]+\+)?json$/i.test(type.trim());
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
