import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { ControlParts } from '#control';
import type { User } from '#domain';
import type { TokenView } from '#node-protocol';
import { API_SETTINGS, CONTROL_PARTS, type ApiSettings } from '../tokens.js';
import { ALGORITHM, AUDIENCE, ISSUER, passwordMark } from './token-claims.js';

/** Makes tokens. */
@Injectable()
export class Tokens {
  readonly #signer: JwtService;

  constructor(
    @Inject(CONTROL_PARTS) private readonly parts: Pick<ControlParts, 'clock'>,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {
    this.#signer = new JwtService({ secret: Buffer.from(settings.signingKey) });
  }

  async issue(user: User): Promise<TokenView> {
    const issuedAt = Math.floor(this.parts.clock.now().getTime() / 1000);
    const expiresAt = issuedAt + this.settings.tokenMinutes * 60;
    const token = await this.#signer.signAsync(
      {
        ...{ sub: user.id, pwd: passwordMark(user.passwordHash) },
        ...{ iss: ISSUER, aud: AUDIENCE, iat: issuedAt, exp: expiresAt },
      },
      { algorithm: ALGORITHM },
    );
    return {
      token,
      expiresAt: new Date(expiresAt * 1000).toISOString(),
      user: { id: user.id, name: user.name, project: user.project, roles: [...user.roles] },
    };
  }
}
