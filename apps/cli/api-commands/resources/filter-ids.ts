import { isFailure, type FailureCode } from '#kernel';
import type { ApiClient, Resource } from '#api-client';
import type { ApiCommandContext } from '../api-command.js';
import { wholeId } from './whole-id.js';

type Views<View> = Pick<Resource<View>, 'get' | 'all'>;

export const clientFilter = filterOf(
  'client',
  'client.missing',
  (api) => api.clients,
  ({ clientId }) => clientId,
);
export const jobFilter = filterOf('job', 'job.missing', (api) => api.jobs);
export const runFilter = filterOf('run', 'run.missing', (api) => api.runs);
export const sessionFilter = filterOf('session', 'session.missing', (api) => api.sessions);

/** What a filter looks for, when people give a part of it. What is deleted may still be looked for by its whole id. */
function filterOf<View extends { readonly id: string }>(
  name: string,
  missing: FailureCode,
  views: (api: ApiClient) => Views<View>,
  called: (view: View) => string = ({ id }) => id,
) {
  return async ({ api, cli }: ApiCommandContext, word: string): Promise<string> => {
    try {
      return called(await wholeId(word, { name, missing, called }, views(api), cli.signal));
    } catch (error) {
      if (!isFailure(error, missing)) throw error;
      cli.note(`there is no ${name} "${word}"; one that is deleted needs its whole id`);
      return word;
    }
  };
}
