import type { DocumentPath, ParsedText } from '#config';
import { examine, Failure, invalid, isFailure, type Problem } from '#kernel';
import { examineFreezerJob, freezerPath, jobSpec, looksLikeFreezerJob, type JobSpec } from '#node-protocol';

/** A job in a file that may be sent to the API. */
export interface FileJob {
  /** Under which the API knows it: the file's name, in a list with `#` and its place from 1. */
  readonly name: string;
  /** What is left of it without {@link problems}. */
  readonly spec: JobSpec;
  /** What is wrong with it already here. The API, which finds the rest, is told, and refuses it. */
  readonly problems: readonly Problem[];
  /** What the API finds wrong with it, in the words and at the places of the file. */
  readonly told: (problems: readonly Problem[]) => readonly string[];
}

export interface FileJobs {
  readonly jobs: readonly FileJob[];
  /** Of those jobs that cannot be sent: their names, and what is wrong with them. */
  readonly refused: readonly { readonly name: string; readonly reasons: readonly string[] }[];
}

/** The jobs of a file that has been parsed: one of ours or of Freezer's, or a list of them. */
export function jobsIn(name: string, { value, places }: ParsedText, clientId: string): FileJobs {
  const jobs: FileJob[] = [];
  const refused: { name: string; reasons: readonly string[] }[] = [];
  for (const part of partsOf(name, value)) {
    const freezer = looksLikeFreezerJob(part.value);
    const tell = (problems: readonly Problem[]) =>
      problems.map(({ path, message }) => {
        const { line, column } = places.of([...part.at, ...pathOf(path, message)]);
        return `line ${line}, column ${column}: ${path === '' ? '' : `${path}: `}${message}`;
      });
    try {
      const { spec, problems } = specOf(withTexts(part.value), freezer, clientId);
      const inItsWords = (problem: Problem) => ({
        ...problem,
        path: freezer ? freezerPath(problem.path) : problem.path,
      });
      jobs.push({ name: part.name, spec, problems, told: (all) => tell(all.map(inItsWords)) });
    } catch (error) {
      if (!isFailure(error, 'input.invalid')) throw error;
      refused.push({ name: part.name, reasons: tell(problemsOf(error)) });
    }
  }
  return { jobs, refused };
}

/** The problems that a failure names, or its message when it names none. */
export function problemsOf(failure: Failure): readonly Problem[] {
  const { problems } = failure.context;
  return Array.isArray(problems) && problems.length > 0
    ? (problems as readonly Problem[])
    : [{ path: '', message: failure.message }];
}

interface Part {
  readonly name: string;
  readonly at: DocumentPath;
  readonly value: unknown;
}

function partsOf(name: string, value: unknown): readonly Part[] {
  const list = listIn(value);
  if (!list) return [{ name, at: [], value }];
  return list.items.map((item, index) => ({
    name: `${name}#${index + 1}`,
    at: [...list.at, index],
    value: item,
  }));
}

/** A list of jobs stands there as such, or under `jobs`, as Freezer's API answers it. */
function listIn(
  value: unknown,
): { readonly items: readonly unknown[]; readonly at: DocumentPath } | undefined {
  if (Array.isArray(value)) return { items: value, at: [] };
  const { jobs, ...others } = (value ?? {}) as { readonly jobs?: unknown };
  return Array.isArray(jobs) && Object.keys(others).length === 0 ? { items: jobs, at: ['jobs'] } : undefined;
}

function specOf(value: unknown, freezer: boolean, clientId: string): Pick<FileJob, 'spec' | 'problems'> {
  if (typeof value !== 'object' || value === null) {
    throw new Failure('input.invalid', 'expected a job: an object with actions, and perhaps a schedule');
  }
  const { value: spec, problems } = freezer
    ? examineFreezerJob(value, clientId)
    : examine(jobSpec, { clientId, ...value });
  if (!spec) throw invalid('job', problems);
  if (spec.clientId === clientId) return { spec, problems };
  const message = `is "${spec.clientId}", and this scheduler serves "${clientId}"`;
  const other = { path: freezer ? 'client_id' : 'clientId', message };
  return { spec: { ...spec, clientId }, problems: [...problems, other] };
}

/** Fields of a schedule are text; people write numbers where they look like numbers. */
function withTexts(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]: [string, unknown]) => {
    const isSchedule =
      (key === 'schedule' || key === 'job_schedule') && typeof one === 'object' && one !== null;
    return [key, isSchedule ? textsOf(one) : one];
  });
  return Object.fromEntries(entries);
}

function textsOf(schedule: object): unknown {
  const isText = (key: string) => !/^(time_|current_pid)/.test(key);
  return Object.fromEntries(
    Object.entries(schedule).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'number' && isText(key) ? String(value) : value,
    ]),
  );
}

/** A key too many is told at the object that has it, and shown where it stands itself. */
function pathOf(path: string, message: string): DocumentPath {
  const key = /^unknown (?:key|option) "([^"]*)"/.exec(message)?.[1];
  const parts = path === '' ? [] : path.split('.');
  return key === undefined || parts.at(-1) === key ? parts : [...parts, key];
}
