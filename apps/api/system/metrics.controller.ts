import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from '#kernel';
import { Answers } from '../http/route.js';
import { Public } from '../identity/actor.js';
import { PlatformMetrics } from './platform-metrics.js';

@ApiTags('system')
@Public()
@Controller()
export class MetricsController {
  constructor(@Inject(PlatformMetrics) private readonly metrics: PlatformMetrics) {}

  @Get('metrics')
  @ApiProduces('text/plain')
  @Answers(z.string(), { summary: 'Measure the platform, for Prometheus' })
  async scrape(@Res({ passthrough: true }) response: Response): Promise<string> {
    response.type(this.metrics.contentType);
    return this.metrics.text();
  }
}
