import { Failure, type Problem } from '#kernel';

/** One thing that is wrong with the options: `path` is where the value stands, empty when it stands nowhere. */
export interface OptionProblem extends Problem {
  readonly code: 'input.invalid' | 'input.unknown-option' | 'input.missing-option' | 'input.file-unreadable';
}

export function problemText({ path, message }: OptionProblem): string {
  return path === '' ? message : `${path}: ${message}`;
}

/** Throws one failure that names all problems; with one code when they have one in common, else `input.invalid`. */
export function refuseProblems(problems: readonly OptionProblem[]): void {
  const [first] = problems;
  if (!first) return;
  const code = problems.every((problem) => problem.code === first.code) ? first.code : 'input.invalid';
  throw new Failure(code, problems.map(problemText).join('; '), { problems });
}
