import { Failure, type Problem } from '#kernel';

/** Rejects with one `input.invalid` that names all problems; with none, nothing happens. */
export function refuseProblems(what: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const list = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  throw new Failure('input.invalid', `${what} is not valid: ${list}`, { what, problems });
}

/** Problems of a part, with the place of that part before their own. */
export function below(place: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map(({ path, message }) => ({ path: path ? `${place}.${path}` : place, message }));
}
