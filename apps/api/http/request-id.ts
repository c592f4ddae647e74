import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

/** As OpenStack's services answer it, so that its clients show it. */
export const REQUEST_ID_HEADER = 'x-openstack-request-id';

/** Gives every request an id, which its answer and the log name. */
export function requestIds(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader(REQUEST_ID_HEADER, `req-${randomUUID()}`);
  next();
}

export function requestIdOf(response: Response): string {
  return String(response.getHeader(REQUEST_ID_HEADER));
}
