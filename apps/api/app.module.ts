import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import type { ControlParts } from '#control';
import { ParsePipe } from './http/parse.pipe.js';
import { ProblemFilter } from './http/problem.filter.js';
import { ActorGuard } from './identity/actor.guard.js';
import { KnownUsers } from './identity/known-users.js';
import { LoginLimit } from './identity/login-limit.js';
import { TokenStrategy } from './identity/token.strategy.js';
import { TokensController } from './identity/tokens.controller.js';
import { Tokens } from './identity/tokens.js';
import { NodeClientsController } from './node-link/node-clients.controller.js';
import { NodeJobsController } from './node-link/node-jobs.controller.js';
import { NodeRunsController } from './node-link/node-runs.controller.js';
import { resourceControllers } from './resources/index.js';
import { HealthController } from './system/health.controller.js';
import { MetricsController } from './system/metrics.controller.js';
import { PlatformMetrics } from './system/platform-metrics.js';
import { Readiness } from './system/readiness.js';
import { API_SETTINGS, CONTROL_PARTS, LOGGER, type ApiSettings } from './tokens.js';

/** What Nest puts together: routes, and what stands before and behind them. Everything else comes in by `of`. */
@Module({})
export class AppModule {
  static of(parts: ControlParts, settings: ApiSettings): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        HealthController,
        MetricsController,
        TokensController,
        NodeClientsController,
        NodeJobsController,
        NodeRunsController,
        ...resourceControllers,
      ],
      providers: [
        { provide: CONTROL_PARTS, useValue: parts },
        { provide: LOGGER, useValue: parts.logger },
        { provide: API_SETTINGS, useValue: settings },
        KnownUsers,
        LoginLimit,
        Tokens,
        TokenStrategy,
        Readiness,
        PlatformMetrics,
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_GUARD, useClass: ActorGuard },
        { provide: APP_PIPE, useClass: ParsePipe },
      ],
    };
  }
}
