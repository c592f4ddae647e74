import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { Failure, parse, type Schema } from '#kernel';
import { PROJECT_PARAMETER } from '../identity/actor.js';
import { ExaminedBody, examinedBody } from './examined-body.js';

/** Reads body, query and path by the schema that the parameter names; rejects with all problems at once. */
@Injectable()
export class ParsePipe implements PipeTransform {
  transform(value: unknown, { type, data, schema, metatype }: ArgumentMetadata): unknown {
    if (!schema) return value;
    if (type === 'body') requireObject(value);
    if (metatype === ExaminedBody) {
      return examinedBody(schema as unknown as Schema<unknown>, value, nameOf(type, data));
    }
    const given = type === 'query' && data === undefined ? withoutProject(value) : value;
    return parse(schema as unknown as Schema<unknown>, given, nameOf(type, data));
  }
}

/** That is for `@CurrentProject()`. */
function withoutProject(query: unknown): unknown {
  const { [PROJECT_PARAMETER]: _project, ...filters } = query as Readonly<Record<string, unknown>>;
  return filters;
}

function requireObject(body: unknown): void {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return;
  const found = body === undefined ? 'it is missing' : `it is ${Array.isArray(body) ? 'a list' : 'a value'}`;
  throw new Failure('request.malformed', `the body is to be a JSON object; ${found}`);
}

function nameOf(type: ArgumentMetadata['type'], data: string | undefined): string {
  switch (type) {
    case 'body':
      return 'the body';
    case 'query':
      return 'the query';
    case 'param':
      return data === undefined ? 'the path' : `"${data}" in the path`;
    default:
      return data ?? 'the request';
  }
}
