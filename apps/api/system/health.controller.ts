import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from '#kernel';
import { Answers } from '../http/route.js';
import { Public } from '../identity/actor.js';
import { Readiness, readinessView, type ReadinessView } from './readiness.js';

const alive = z.object({ alive: z.literal(true) }).meta({ id: 'Alive' });

/** For whoever watches over this process. */
@ApiTags('system')
@Public()
@Controller()
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  @Get('healthz')
  @Answers(alive, { summary: 'Tell whether the process lives' })
  alive(): { alive: true } {
    return { alive: true };
  }

  @Get('readyz')
  @Answers(readinessView, { summary: 'Tell whether database and queue answer' })
  @ApiResponse({ status: 503, description: 'one of them does not', standardSchema: readinessView as never })
  async ready(@Res({ passthrough: true }) response: Response): Promise<ReadinessView> {
    const found = await this.readiness.look();
    if (!found.ready) response.status(503);
    return found;
  }
}
