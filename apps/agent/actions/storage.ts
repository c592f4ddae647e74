import { Failure, withNearest } from '#kernel';
import type { ActionContext, ActionResult } from '../action.js';
import { checkStorages } from '../storages/check-storages.js';
import { describeKinds } from '../storages/describe-kinds.js';

type StorageVerb = (context: ActionContext<'storage'>, words: readonly string[]) => Promise<ActionResult>;

const verbs: Readonly<Partial<Record<string, StorageVerb>>> = {
  kinds: async ({ reporter }, [kind]) => describeKinds(kind, reporter),
  check: (context) => checkStorages(context),
};

/** `kinds` lists what there is, `check` tries what is configured. */
export async function storage(context: ActionContext<'storage'>): Promise<ActionResult> {
  const [verb = 'kinds', ...words] = context.words;
  const run = verbs[verb];
  if (run) return run(context, words);
  const known = Object.keys(verbs);
  throw new Failure(
    'input.invalid',
    `unknown storage command ${withNearest(verb, known)}; there are ${known.join(', ')}`,
    {
      verb,
    },
  );
}
