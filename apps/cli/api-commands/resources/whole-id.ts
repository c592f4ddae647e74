import type { Resource } from '#api-client';
import { Failure, isFailure, type FailureCode } from '#kernel';

interface Kind<View> {
  readonly name: string;
  readonly missing: FailureCode;
  readonly called?: (view: View) => string;
}

const SHOWN = 8;

/**
 * The document that a word means: its id, what it is called, or a beginning of its id that no other has. Rejects with the
 * kind's own failure when there is none, and with `input.invalid`, naming candidates, when it may be several.
 */
export async function wholeId<View extends { readonly id: string }>(
  word: string,
  kind: Kind<View>,
  views: Pick<Resource<View>, 'get' | 'all'>,
  signal: AbortSignal,
): Promise<View> {
  try {
    return await views.get(word, signal);
  } catch (error) {
    if (!isFailure(error, kind.missing, 'input.invalid')) throw error;
  }
  const found: View[] = [];
  for await (const view of views.all({}, signal)) {
    if (kind.called?.(view) === word) return view;
    if (word !== '' && view.id.startsWith(word)) found.push(view);
  }
  const [only, ...others] = found;
  if (!only) throw new Failure(kind.missing, `there is no ${kind.name} "${word}"`, { [kind.name]: word });
  if (others.length === 0) return only;
  const candidates = found.map(({ id }) => id);
  const more = candidates.length > SHOWN ? ` and ${candidates.length - SHOWN} more` : '';
  const message = `"${word}" can be ${candidates.slice(0, SHOWN).join(', ')}${more}`;
  throw new Failure('input.invalid', message, { candidates });
}
