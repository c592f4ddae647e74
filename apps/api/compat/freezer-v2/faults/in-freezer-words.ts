import { Failure, isFailure, type Problem } from '#kernel';
import { freezerPath } from '#node-protocol';

/** Does `work`; problems that it finds in a job or an action are told with the places of Freezer's document. */
export async function inFreezerWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFailure(error, 'input.invalid') || !hasProblems(error)) throw error;
    const problems = error.context.problems.map(({ path, message }) => ({
      path: freezerPath(path),
      message,
    }));
    const list = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
    throw new Failure('input.invalid', `document is not valid: ${list}`, { problems }, error);
  }
}

function hasProblems(
  failure: Failure,
): failure is Failure & { readonly context: { readonly problems: readonly Problem[] } } {
  return Array.isArray(failure.context['problems']);
}
