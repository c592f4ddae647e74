import type { NextFunction, Request, Response } from 'express';

/** Whether a path belongs to Freezer's API, so that whoever asks expects its words also in refusals. */
export function isFreezerPath(path: string): boolean {
  return path === '/' || path === '/v2' || path.startsWith('/v2/');
}

/** Freezer takes every body for JSON, whatever its type says; curl sends another one by itself. */
export function freezerBodies(request: Request, _response: Response, next: NextFunction): void {
  request.headers['content-type'] = 'application/json';
  next();
}
