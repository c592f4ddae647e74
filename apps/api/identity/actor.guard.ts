import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { asFailure, Failure } from '#kernel';
import { isPublic } from './actor.js';
import { TokenStrategy } from './token.strategy.js';

/** Lets nobody in without a good token, but for public routes; says what is wrong with a bad one. */
@Injectable()
export class ActorGuard extends AuthGuard() {
  constructor(@Inject(TokenStrategy) strategy: TokenStrategy) {
    super({
      session: false,
      // Passport keeps strategies by name for the whole process, and writes on the one it is given: so each request
      // gets one of its own, made from that of this application.
      get defaultStrategy() {
        return Object.create(strategy) as string;
      },
    });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    return isPublic(context) || ((await super.canActivate(context)) as boolean);
  }

  override handleRequest<Known>(error: unknown, known: Known | false, reason: unknown): Known {
    if (error) throw asFailure(error);
    if (known) return known;
    throw refusal(reason);
  }
}

/** Told apart by name and words, since the classes belong to a package of a package. */
function refusal(reason: unknown): Failure {
  const { name, message } = reason instanceof Error ? reason : new Error(String(reason));
  if (name === 'TokenExpiredError') return new Failure('auth.token-expired', 'the token has expired');
  if (message === 'No auth token') {
    const words = 'no token was sent; it belongs into "Authorization: Bearer …", or into "X-Auth-Token: …"';
    return new Failure('auth.token-missing', words);
  }
  return new Failure('auth.token-invalid', `the token is not good: ${message}`);
}
