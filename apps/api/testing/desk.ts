import { ask, type Answer } from './ask.js';

/** What is asked of an API with one token: `await asked('POST /api/v1/jobs', body)`. */
export type Desk = (
  line: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Reply>;

export interface Reply extends Omit<Answer, 'body'> {
  /** The object that was answered; an empty one when none was. */
  readonly body: Readonly<Record<string, unknown>>;
}

export function deskOf(url: string, token: string | undefined): Desk {
  return async (line, body, headers) => {
    const answer = await ask(url, line, { token, body, ...(headers && { headers }) });
    return { ...answer, body: answer.body ?? {} };
  };
}

/** The values of one field, in a list that was answered. */
export function fieldIn({ body }: Reply, field: string, list = 'items'): unknown[] {
  return (body[list] as Readonly<Record<string, unknown>>[]).map((item) => item[field]);
}

/** What is wrong where, in an answer with problems. */
export function problemPaths({ body }: Reply): string[] {
  return ((body['problems'] ?? []) as { readonly path: string }[]).map(({ path }) => path);
}
