import { STATUS_CODES } from 'node:http';
import { httpStatusOf, type Failure, type Problem } from '#kernel';
import type { ProblemDocument } from '#node-protocol';

/** What is answered in place of what was asked for. */
export interface Refusal {
  readonly status: number;
  readonly type: string;
  /** JSON; `undefined` for an answer without a body. */
  readonly body: object | undefined;
}

export function problemAnswerOf(failure: Failure, requestId: string): Refusal {
  const body = problemOf(failure, requestId);
  return { status: body.status, type: 'application/problem+json', body };
}

/** A failure as RFC 9457 tells it. What went wrong inside is for the log: the answer names only the request. */
export function problemOf(failure: Failure, requestId: string): ProblemDocument {
  const { code, hint, kind, message } = failure;
  const status = httpStatusOf(code);
  const told = {
    type: `urn:firn:failure:${code}`,
    title: STATUS_CODES[status] ?? 'Failure',
    status,
    code,
    hint,
    instance: requestId,
  };
  if (kind === 'internal') {
    return { ...told, detail: `something went wrong inside; the log of the API has it under ${requestId}` };
  }
  const { problems, ...context } = failure.context;
  return {
    ...told,
    detail: message,
    ...(isProblems(problems) && {
      problems: problems.map(({ path, message }) => ({ path, message })),
    }),
    ...(Object.keys(context).length > 0 && { context }),
  };
}

function isProblems(value: unknown): value is readonly Problem[] {
  return Array.isArray(value) && value.length > 0;
}
