import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Failure, parse } from '#kernel';
import { searchOf, searchRequest, type Search } from './search.js';

/** What a list is asked for: in Freezer, a search is the body of the GET. */
export interface ListRequest {
  readonly limit: number;
  readonly offset: number;
  readonly search: Search | undefined;
  readonly allProjects: boolean;
}

const DEFAULT_LIMIT = 10;
// Freezer's are those of oslo.
const YES = ['1', 't', 'true', 'on', 'y', 'yes'];
const NO = ['', '0', 'f', 'false', 'off', 'n', 'no'];

/** `@FreezerList() request: ListRequest` */
export const FreezerList = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<Request>();
  return listRequestOf(request.query, request.body);
});

/** Rejects with `input.invalid` or `request.malformed`. */
export function listRequestOf(query: Readonly<Record<string, unknown>>, body: unknown): ListRequest {
  return {
    limit: wholeNumber(query, 'limit') || DEFAULT_LIMIT,
    offset: wholeNumber(query, 'offset'),
    search: body === undefined ? undefined : searchOf(parse(searchRequest, objectOf(body), 'the search')),
    allProjects: yesOrNo(query, 'all_projects'),
  };
}

function wholeNumber(query: Readonly<Record<string, unknown>>, parameter: string): number {
  const text = query[parameter] ?? '';
  if (text === '') return 0;
  const number = typeof text === 'string' && /^\s*\d+\s*$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(number)) throw invalid(parameter, 'an integer, and not below 0');
  return number;
}

function yesOrNo(query: Readonly<Record<string, unknown>>, parameter: string): boolean {
  const given = query[parameter] ?? '';
  const text = typeof given === 'string' ? given.toLowerCase() : 'no text';
  if (!YES.includes(text) && !NO.includes(text)) throw invalid(parameter, 'a boolean');
  return YES.includes(text);
}

function invalid(parameter: string, what: string): Failure {
  const words = `the "${parameter}" parameter is invalid. The value must be ${what}.`;
  return new Failure('input.invalid', words, { parameter });
}

function objectOf(body: unknown): unknown {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new Failure('request.malformed', 'the body of a search is to be a JSON object');
}
