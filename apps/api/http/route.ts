import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiExtension, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { failureCatalog, httpStatusOf, type FailureCode, type Schema } from '#kernel';
import { problemDocument } from '#node-protocol';

/** What a route says of itself in /openapi.json. */
export interface RouteDescription {
  /** One line that begins with a verb. */
  readonly summary: string;
  readonly description?: string;
  /** Of the answer; 200, or 204 when there is no schema. */
  readonly status?: number;
  /** Failures that this route has of its own; those that every route has are added. */
  readonly fails?: readonly FailureCode[];
  /** A body that works, as JSON. */
  readonly example?: unknown;
}

/** Extension under which a route's example waits until the document is made. */
export const EXAMPLE = 'x-request-example';

/** Describes a route, and sets the status of its answer. Without `schema` the answer is empty. */
export function Answers(schema: Schema<unknown> | undefined, route: RouteDescription): MethodDecorator {
  const status = route.status ?? (schema ? 200 : 204);
  const { summary, description } = route;
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ summary, ...(description === undefined ? {} : { description }) }),
    ApiResponse({
      status,
      description: schema ? 'done' : 'done; there is nothing to say',
      ...(schema && { standardSchema: schema as never }),
    }),
    ...failuresByStatus(route.fails ?? []).map(([status, codes]) =>
      ApiResponse({ status, description: codesInWords(codes), standardSchema: problemDocument as never }),
    ),
    ...(route.example === undefined ? [] : [ApiExtension(EXAMPLE, route.example)]),
  );
}

/** The codes with the hint of each, for people who read the document. */
export function codesInWords(codes: readonly FailureCode[]): string {
  return codes.map((code) => `\`${code}\`: ${failureCatalog[code].hint}`).join('\n\n');
}

function failuresByStatus(codes: readonly FailureCode[]): [number, FailureCode[]][] {
  return [...Map.groupBy(codes, (code) => httpStatusOf(code))];
}
