import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { z } from '#kernel';
import { Answers } from '../../http/route.js';
import { Public } from '../../identity/actor.js';
import { homeDocument } from './documents/home-document.js';

const versions = z.object({
  versions: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      updated: z.string(),
      links: z.array(z.object({ rel: z.string(), href: z.string() })),
    }),
  ),
});

/** Where Freezer's clients look which versions there are. */
@ApiTags('freezer v2')
@Controller()
export class VersionsController {
  @Public()
  @Get()
  @Answers(versions, { summary: "List the versions of Freezer's API that are spoken here", status: 300 })
  versions(@Req() request: Request): z.infer<typeof versions> {
    const href = `${request.protocol}://${request.headers.host ?? 'localhost'}/v2/`;
    const links = [{ rel: 'self', href }];
    return { versions: [{ id: 'v2', status: 'CURRENT', updated: '2018-02-21T13:30:00', links }] };
  }

  @Get('v2')
  @Header('Content-Type', 'application/json-home')
  @Answers(z.object({ resources: z.record(z.string(), z.unknown()) }), {
    summary: 'List what there is in version 2, as a home document',
  })
  home(@Res({ passthrough: true }) response: Response): string {
    response.type('application/json-home');
    return JSON.stringify(homeDocument, null, 4);
  }
}
