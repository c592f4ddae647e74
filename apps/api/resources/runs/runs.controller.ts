import { Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { cancelRun, getRun, listRuns, type ControlParts } from '#control';
import type { Actor } from '#domain';
import type { ProjectId, RunId } from '#kernel';
import { idText, pageOf, runView as runDocument, type PageView, type RunView } from '#node-protocol';
import { pageView } from '../../http/page.js';
import { Answers } from '../../http/route.js';
import { CurrentActor, CurrentProject } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { runView } from '../../views/run-view.js';
import { runQuery, type RunQuery } from './run-query.js';

/** What jobs have done and are doing. */
@ApiTags('runs')
@Controller('api/v1/runs')
export class RunsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @Answers(pageOf(runDocument), {
    summary: 'List the runs of a project, the newest first',
    fails: ['auth.forbidden'],
  })
  async list(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Query({ schema: runQuery }) query: RunQuery,
  ): Promise<PageView<RunView>> {
    const { oldestFirst, ...options } = query;
    const page = await listRuns(this.parts, actor, project, { ...options, newestFirst: !oldestFirst });
    return pageView(page, query, runView);
  }

  @Get(':id')
  @Answers(runDocument, {
    summary: 'Show a run, with its attempts, steps and progress',
    fails: ['auth.forbidden', 'run.missing'],
  })
  async show(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: idText }) id: RunId,
  ): Promise<RunView> {
    return runView(await getRun(this.parts, actor, project, id));
  }

  @Post(':id/cancel')
  @Answers(runDocument, {
    summary: 'Cancel a run; its scheduler hears of it with its next heartbeat and stops the agent',
    status: 202,
    fails: ['auth.forbidden', 'run.missing', 'run.transition-invalid'],
  })
  async cancel(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: idText }) id: RunId,
  ): Promise<RunView> {
    return runView(await cancelRun(this.parts, actor, project, id));
  }
}
