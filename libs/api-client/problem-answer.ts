import { Failure, failureCatalog, type FailureCode, type FailureContext } from '#kernel';
import { problemDocument } from '#node-protocol';

/** What a code that this version does not know most probably means. */
const CODE_BY_STATUS: Readonly<Record<number, FailureCode>> = {
  400: 'input.invalid',
  401: 'auth.token-invalid',
  403: 'auth.forbidden',
  404: 'request.route-unknown',
  405: 'request.method-not-allowed',
  409: 'metadata.duplicate',
  413: 'request.too-large',
  415: 'request.media-type',
  422: 'client.unsupported',
  429: 'auth.too-many-attempts',
  503: 'metadata.unavailable',
};

/** The failure that an answer tells: the API's own with all its problems, or what its status means. */
export function failureOfAnswer(status: number, text: string, context: FailureContext): Failure {
  const problem = problemDocument.safeParse(jsonIn(text)).data;
  if (!problem) {
    // A proxy answers while the API is away.
    const code = status >= 500 ? 'api.unreachable' : 'api.answer-malformed';
    const { apiUrl } = context;
    return new Failure(code, `${String(apiUrl)} answers with status ${status}`, { ...context, status });
  }
  const known = isKnown(problem.code) ? problem.code : undefined;
  return new Failure(known ?? CODE_BY_STATUS[status] ?? 'internal.unexpected', problem.detail, {
    ...context,
    ...problem.context,
    // What a newer API says and this version has no words for.
    ...(known === undefined && { answeredCode: problem.code, answeredHint: problem.hint }),
    ...(problem.problems && { problems: problem.problems }),
    status,
  });
}

function isKnown(code: string): code is FailureCode {
  return Object.hasOwn(failureCatalog, code);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
