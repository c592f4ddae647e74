import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '#kernel';

/** What lies in the state directory of a platform, besides the database. */
export interface PlatformPlaces {
  readonly state: string;
  readonly jobs: string;
  readonly apiLog: string;
  readonly schedulerLog: string;
  /** Name and password of the account of the scheduler, as the API writes them. */
  readonly schedulerAccount: string;
  readonly schedulerState: string;
  /** Which processes run, so that they are found when their parent was killed. */
  readonly processes: string;
}

/** Makes the directories that are not there. Rejects with `platform.state-unusable` when it cannot. */
export async function makePlaces(state: string, jobs: string): Promise<PlatformPlaces> {
  const schedulerState = join(state, 'scheduler');
  for (const directory of [join(state, 'logs'), join(state, 'secrets'), schedulerState, jobs]) {
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      const message = `cannot use "${directory}": ${(error as Error).message}`;
      throw new Failure('platform.state-unusable', message, { directory }, error);
    }
  }
  return {
    state,
    jobs,
    apiLog: join(state, 'logs', 'api.log'),
    schedulerLog: join(state, 'logs', 'scheduler.log'),
    schedulerAccount: join(state, 'secrets', 'scheduler.json'),
    schedulerState,
    processes: join(state, 'processes.json'),
  };
}
