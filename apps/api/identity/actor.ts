import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { applyDecorators } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '#domain';
import { parse, type ProjectId } from '#kernel';
import { idText } from '#node-protocol';

/** Names another project than that of the user; only administrators may. */
export const PROJECT_HEADER = 'x-firn-project';
/** The same in the query. It belongs to every route, and to no list of filters. */
export const PROJECT_PARAMETER = 'project';

/** Who asks: `@CurrentActor() actor: Actor`. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext) =>
  actorOf(context.switchToHttp().getRequest<Request>()),
);

/**
 * The project that is meant: that of the actor, or the one that `?project=` or the header names.
 * `@CurrentProject() project: ProjectId`
 */
export const CurrentProject = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<Request>();
  const named = request.query[PROJECT_PARAMETER] ?? request.headers[PROJECT_HEADER];
  return named === undefined
    ? actorOf(request).project
    : (parse(idText, named, `?${PROJECT_PARAMETER}= or the header ${PROJECT_HEADER}`) as ProjectId);
});

const PUBLIC = 'firn:public';
/** Extension that marks a public route until the document is made. */
export const PUBLIC_EXTENSION = 'x-public';

/** A route for which nobody need log in. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(PUBLIC, true), ApiExtension(PUBLIC_EXTENSION, true));

export function isPublic(context: ExecutionContext): boolean {
  return [context.getHandler(), context.getClass()].some(
    (target) => Reflect.getMetadata(PUBLIC, target) === true,
  );
}

function actorOf(request: Request): Actor {
  return request.user as Actor;
}
