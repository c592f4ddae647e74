import type { NextFunction, Request, Response } from 'express';
import { monotonicMs } from '#kernel';

/** One answered request. */
export interface AnsweredRequest {
  readonly method: string;
  /** As the route is written, `/api/v1/jobs/:id`, so that there are few of them; `unknown` where there is none. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** Tells of every request once its answer is sent, or its caller is gone. */
export function requestTimes(tell: (answered: AnsweredRequest, response: Response) => void) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const begun = monotonicMs();
    response.once('close', () => {
      const { route } = request as { route?: { path?: unknown } };
      tell(
        {
          method: request.method,
          route: typeof route?.path === 'string' ? route.path : 'unknown',
          status: response.statusCode,
          seconds: (monotonicMs() - begun) / 1000,
        },
        response,
      );
    });
    next();
  };
}
