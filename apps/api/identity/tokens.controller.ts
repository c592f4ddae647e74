import { Body, Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { authenticate, type ControlParts } from '#control';
import type { Actor } from '#domain';
import { isFailure } from '#kernel';
import { loginRequest, tokenView, type LoginRequest, type TokenView } from '#node-protocol';
import { Answers } from '../http/route.js';
import { CONTROL_PARTS } from '../tokens.js';
import { CurrentActor, Public } from './actor.js';
import { LoginLimit } from './login-limit.js';
import { Tokens } from './tokens.js';

const currentUser = tokenView.shape.user.meta({ id: 'CurrentUser' });

/** Logging in. */
@ApiTags('tokens')
@Controller('api/v1/tokens')
export class TokensController {
  constructor(
    @Inject(CONTROL_PARTS) private readonly parts: ControlParts,
    @Inject(Tokens) private readonly tokens: Tokens,
    @Inject(LoginLimit) private readonly limit: LoginLimit,
  ) {}

  @Public()
  @Post()
  @Answers(tokenView, {
    summary: 'Log in: a token for a name and a password',
    status: 201,
    fails: ['auth.credentials-wrong', 'auth.too-many-attempts'],
    example: { username: 'admin', password: 'the password that was printed at the first start' },
  })
  async logIn(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: loginRequest }) login: LoginRequest,
  ): Promise<TokenView> {
    const from = request.ip ?? '';
    try {
      await this.limit.attempt(from, login.username);
    } catch (error) {
      if (isFailure(error)) response.setHeader('Retry-After', String(error.context['waitSeconds']));
      throw error;
    }
    const user = await authenticate(this.parts, login);
    this.limit.forgive(from, login.username);
    return this.tokens.issue(user);
  }

  @Get('current')
  @Answers(currentUser, { summary: 'Show whose token this is, and what it may do' })
  current(@CurrentActor() { userId, name, project, roles }: Actor): TokenView['user'] {
    return { id: userId, name, project, roles: [...roles] };
  }
}
