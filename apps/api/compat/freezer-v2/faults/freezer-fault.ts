import { httpStatusOf, z, type Failure, type FailureCode } from '#kernel';
import type { Refusal } from '../../../http/problem.js';

/** What Freezer answers when it refuses. */
export const freezerFault = z
  .object({ title: z.string(), description: z.string().optional() })
  .meta({ id: 'FreezerFault' });

const MISSING: readonly FailureCode[] = [
  'client.missing',
  'action.missing',
  'job.missing',
  'session.missing',
  'backup.not-recorded',
];

/** A failure in Freezer's words. What is not there answers a GET with 404 and nothing more. */
export function freezerAnswerOf(failure: Failure, method: string): Refusal {
  const status = httpStatusOf(failure.code);
  const isMiss = method === 'GET' && MISSING.includes(failure.code);
  return { status, type: 'application/json', body: isMiss ? undefined : bodyOf(failure, status) };
}

function bodyOf(failure: Failure, status: number): z.infer<typeof freezerFault> {
  const { code, context, cause, kind } = failure;
  if (kind === 'internal' || kind === 'corrupt') return UNEXPECTED;
  const fixed = FIXED[code];
  if (fixed) return fixed;
  const description = capitalised(failure.message);
  if (code === 'input.invalid' && context['parameter'] !== undefined) {
    return { title: 'Invalid parameter', description };
  }
  // One that cannot be read was caused by its reader.
  if (code === 'request.malformed' && cause !== undefined) return { title: 'Malformed JSON', description };
  return { title: TITLES[status] ?? 'Bad request format', description };
}

const UNEXPECTED = {
  title: 'Internal Server Error',
  description: 'An unexpected error occurred on the server.',
};

/** Refusals that say the same every time. */
const FIXED: Readonly<Partial<Record<FailureCode, z.infer<typeof freezerFault>>>> = {
  'auth.forbidden': {
    title: 'Access Forbidden',
    description: 'You are not allowed to access this resource',
  },
  'request.route-unknown': { title: '404 Not Found' },
  'request.method-not-allowed': { title: '405 Method Not Allowed' },
};

const TITLES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  404: 'Not Found',
  409: 'Document already existing',
  413: 'Request Entity Too Large',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
