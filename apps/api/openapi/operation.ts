import { codesInWords, EXAMPLE } from '../http/route.js';
import { PROJECT_PARAMETER, PUBLIC_EXTENSION } from '../identity/actor.js';

/** An operation of a document, as far as it is finished here. */
export interface Operation {
  responses: Record<string, Answer>;
  parameters?: unknown[];
  requestBody?: { content?: Record<string, { example?: unknown }> };
  security?: Record<string, string[]>[];
  [extension: `x-${string}`]: unknown;
}

interface Answer {
  description: string;
  content?: Record<string, unknown>;
}

const PROBLEM_TYPE = 'application/problem+json';

/** In which form a route refuses. */
export interface RefusalForm {
  readonly type: string;
  readonly schema: object;
}

/** Adds the parameter by which administrators name another project. */
export function takesProject(operation: Operation): void {
  const description = 'another project than that of the user; for administrators';
  const schema = { type: 'string' };
  const parameter = { name: PROJECT_PARAMETER, in: 'query', required: false, description, schema };
  operation.parameters = [...(operation.parameters ?? []), parameter];
}

/** Adds what all routes have: who may come in, examples, and the failures that each of them has. */
export function finishOperation(operation: Operation, security: string, refusal: RefusalForm): void {
  const isPublic = takeExtension(operation, PUBLIC_EXTENSION) === true;
  operation.security = isPublic ? [] : [{ [security]: [] }];
  const example = takeExtension(operation, EXAMPLE);
  for (const content of Object.values(operation.requestBody?.content ?? {})) {
    if (example !== undefined) content.example = example;
  }
  asProblems(operation.responses);
  const add = (status: number | 'default', description: string) => {
    operation.responses[status] ??= { description, content: { [refusal.type]: { schema: refusal.schema } } };
  };
  if (!isPublic) {
    add(401, codesInWords(['auth.token-missing', 'auth.token-invalid', 'auth.token-expired']));
  }
  if (operation.requestBody || (operation.parameters?.length ?? 0) > 0) {
    add(400, codesInWords(['input.invalid', 'request.malformed']));
  }
  if (operation.requestBody) {
    add(413, codesInWords(['request.too-large']));
    add(415, codesInWords(['request.media-type']));
  }
  add('default', 'any other failure');
}

function takeExtension(operation: Operation, name: string): unknown {
  const value = operation[name as `x-${string}`];
  delete operation[name as `x-${string}`];
  return value;
}

/** Failures that were described with the type of other answers get their own. */
function asProblems(responses: Operation['responses']): void {
  for (const answer of Object.values(responses)) {
    const json = answer.content?.['application/json'];
    if (json !== undefined && JSON.stringify(json).includes('#/components/schemas/Problem')) {
      answer.content = { [PROBLEM_TYPE]: json };
    }
  }
}
