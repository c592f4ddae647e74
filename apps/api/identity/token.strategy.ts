import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Actor } from '#domain';
import { Failure } from '#kernel';
import { API_SETTINGS, type ApiSettings } from '../tokens.js';
import { KnownUsers } from './known-users.js';
import { ALGORITHM, AUDIENCE, ISSUER, passwordMark, tokenClaims } from './token-claims.js';

/** OpenStack's clients send their token in this header. */
const OPENSTACK_HEADER = 'x-auth-token';

/** Knows a user by a signed token, and looks up what he may do now. */
@Injectable()
export class TokenStrategy extends PassportStrategy(Strategy, 'firn-token') {
  constructor(
    @Inject(API_SETTINGS) settings: ApiSettings,
    @Inject(KnownUsers) private readonly users: KnownUsers,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromExtractors([
        ExtractJwt.fromAuthHeaderAsBearerToken(),
        ExtractJwt.fromHeader(OPENSTACK_HEADER),
      ]),
      secretOrKey: Buffer.from(settings.signingKey),
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
    });
  }

  async validate(payload: unknown): Promise<Actor> {
    const claims = tokenClaims.safeParse(payload);
    const user = claims.success ? await this.users.user(claims.data.sub) : undefined;
    if (!user) throw new Failure('auth.token-invalid', 'the user of the token is not there any more');
    if (claims.data?.pwd !== passwordMark(user.passwordHash)) {
      throw new Failure('auth.token-invalid', 'the password has changed since the token was given');
    }
    const { id: userId, name, project, roles } = user;
    return { userId, name, project, roles };
  }
}
