import { scheduleProblems } from '#domain';
import { refuseProblems } from '../problems.js';

/** Rejects a zone that no schedule could be read in with `input.invalid`. */
export function checkZone(timezone: string | undefined): void {
  if (timezone === undefined) return;
  const problems = scheduleProblems({ timezone });
  refuseProblems(
    'client',
    problems.map(({ message }) => ({ path: 'timezone', message })),
  );
}
