import { isFailure, withNearest } from '#kernel';
import { dashedName } from '../dashed-name.js';
import { processEnvironment, type Environment } from '../environment.js';
import { configFileValues } from '../files/config-file.js';
import type { OptionProblem } from '../option-problem.js';
import { STRENGTH, type NamedValue, type OptionSource } from '../setting.js';
import { processFacts } from './places.js';
import { listOf, type ProcessOption, type ProcessTable, type ValuesOf } from './process-option.js';
import { readSecretFile } from './secret-file.js';

/** What a process was given, besides what stands in its config file. */
export interface ProcessRequest {
  /** Options by name or key, in any spelling; only those that were really given. */
  readonly commandLine?: Readonly<Record<string, unknown>>;
  readonly env?: Environment;
}

export interface ReadProcess<Table extends ProcessTable> {
  readonly values: ValuesOf<Table>;
  /** Where the values stand that do not come from a default, by key. */
  readonly places: ReadonlyMap<string, { readonly source: OptionSource; readonly place: string }>;
  /** Everything that is wrong; {@link refuseProblems} makes one failure of it. */
  readonly problems: readonly OptionProblem[];
}

interface Given {
  readonly option: ProcessOption;
  readonly value: unknown;
  readonly source: OptionSource;
  readonly place: string;
}

/**
 * The values of a table: defaults, then the config file that `config` names, then the environment, then the command
 * line; the last one that has a value wins. Rejects with `input.file-unreadable` or `input.file-malformed` when the
 * config file cannot be read; all else that is wrong is listed in `problems`.
 */
export async function readProcess<Table extends ProcessTable>(
  table: Table,
  request: ProcessRequest,
): Promise<ReadProcess<Table>> {
  const env = request.env ?? processEnvironment();
  const options = listOf(table);
  const problems: OptionProblem[] = [];
  const environment = options.map(({ name, variable }) => ({ name, value: env[variable], place: variable }));
  const line = Object.entries(request.commandLine ?? {}).map(([name, value]) => {
    return { name, value, place: `--${dashedName(name)}` };
  });
  const strong = [
    ...given(options, 'environment', environment, problems),
    ...given(options, 'command line', line, problems),
  ];
  const file = valueOf(strong, 'config');
  const weak =
    typeof file === 'string' ? given(options, 'config file', await configFileValues(file), problems) : [];
  const from = new Map([...weak, ...strong].map((each) => [each.option.key, each]));
  const values = valuesOf(from, problems);
  await withSecretFiles(options, from, values, problems);
  const facts = processFacts(env);
  for (const { key, default: made } of options) if (!from.has(key) && made) values[key] ??= made(facts);
  return { values: values as ValuesOf<Table>, places: from, problems };
}

/** The settings that named values mean. What says "not set" is left out. */
function given(
  options: readonly ProcessOption[],
  source: OptionSource,
  values: readonly NamedValue[],
  problems: OptionProblem[],
): readonly Given[] {
  const byName = new Map(options.flatMap((option) => namesOf(option).map((name) => [name, option])));
  const found = new Map<string, Given>();
  for (const { name, value, place: at } of values) {
    const place = source === 'config file' ? `${at}, ${name}` : at;
    const option = byName.get(dashedName(name));
    const before = option && found.get(option.key);
    if (!option) {
      const named = withNearest(dashedName(name), byName.keys());
      problems.push({ code: 'input.unknown-option', path: at, message: `unknown option ${named}` });
    } else if (isUnset(option, value)) continue;
    else if (option.secret && source !== 'environment')
      problems.push({ code: 'input.invalid', path: place, message: secretRefused(option, options) });
    else if (source === 'config file' && option.key === 'config')
      problems.push({ code: 'input.invalid', path: place, message: 'a config file names no further one' });
    else if (before && !option.repeatable)
      problems.push({
        code: 'input.invalid',
        path: place,
        message: `is already given as ${before.place}`,
      });
    else
      found.set(option.key, { option, value: before ? [before.value, value].flat() : value, source, place });
  }
  return [...found.values()];
}

/** Every name of an option, with dashes. */
export function namesOf({ name, aliases = [] }: ProcessOption): readonly string[] {
  return [name, ...aliases];
}

/** How a secret is to be given instead. */
export function secretRefused(secret: ProcessOption, options: readonly ProcessOption[]): string {
  const file = options.find(({ fileOf }) => fileOf === secret.key);
  const ways = [...(file ? [`name its file with --${file.name}`] : []), `set ${secret.variable}`];
  return `is a secret and does not belong here; ${ways.join(', or ')}`;
}

/** An empty variable, `null`, and `false` for what is no matter of yes and no: that is how Freezer writes "none". */
function isUnset(option: ProcessOption, value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return value === false && !option.schema.safeParse(false).success;
}

function valueOf(all: readonly Given[], key: string): unknown {
  return all.findLast(({ option }) => option.key === key)?.value;
}

function valuesOf(from: ReadonlyMap<string, Given>, problems: OptionProblem[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, { option, value, place }] of from) {
    const result = option.schema.safeParse(value);
    if (result.success) values[key] = result.data;
    else
      for (const { message } of result.error.issues)
        problems.push({ code: 'input.invalid', path: place, message });
  }
  return values;
}

/** Reads the files of secrets. One named in a stronger place than the variable wins over it; one beside it is refused. */
async function withSecretFiles(
  options: readonly ProcessOption[],
  from: ReadonlyMap<string, Given>,
  values: Record<string, unknown>,
  problems: OptionProblem[],
): Promise<void> {
  for (const { key, fileOf } of options) {
    const file = from.get(key);
    const secret = options.find((each) => each.key === fileOf);
    if (!secret || !file || typeof values[key] !== 'string') continue;
    const direct = from.get(secret.key);
    const difference = direct ? STRENGTH.indexOf(file.source) - STRENGTH.indexOf(direct.source) : 1;
    if (difference < 0) continue;
    if (difference === 0) {
      problems.push({ code: 'input.invalid', path: file.place, message: `excludes ${secret.variable}` });
      continue;
    }
    await readSecretFile(values[key], secret.schema).then(
      (value) => (values[secret.key] = value),
      (error: unknown) => {
        if (!isFailure(error, 'input.file-unreadable', 'input.invalid')) throw error;
        const code = error.code === 'input.invalid' ? 'input.invalid' : 'input.file-unreadable';
        problems.push({ code, path: file.place, message: error.message });
      },
    );
  }
}
