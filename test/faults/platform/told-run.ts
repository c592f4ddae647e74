import type { RunView } from '#node-protocol';

/** What the API tells of a run, in few words. */
export function toldRun({ state, exitCode, failure, attempts, bytesRead, bytesStored }: RunView): object {
  return {
    state,
    ...(exitCode !== undefined && { exitCode }),
    ...(failure && { failure: failure.code }),
    attempts: attempts.map(
      ({ action, does, attempt, state, exitCode }) =>
        `${action} ${does} ${attempt} ${state}${exitCode === undefined ? '' : ` ${exitCode}`}`,
    ),
    steps: attempts.map(({ steps }) => steps.map(({ id, state }) => `${id} ${state}`).join(', ')),
    ...(bytesRead > 0 && { bytesRead, bytesStored: bytesStored > 0 }),
  };
}

/** That of one exec which came to its end. */
export const EXECUTED = {
  state: 'succeeded',
  exitCode: 0,
  attempts: ['0 exec 1 succeeded 0'],
  steps: ['command succeeded'],
};
