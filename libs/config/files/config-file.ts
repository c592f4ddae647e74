import { Failure } from '#kernel';
import type { FileContents } from './file-contents.js';
import { parseIni, type IniSection } from './ini.js';
import { refuseBrokenJson } from './json-syntax.js';
import { refuseProblems, type OptionProblem } from '../option-problem.js';
import { settingsOf, type NamedValue, type Settings } from '../setting.js';
import { namedStorage, type NamedStorage } from '../storages/named-storage.js';
import { readSmallFile } from './text-file.js';
import { yamlOptions } from './yaml-options.js';

/** Options and storages in a config file. */
export interface FileSettings extends Settings {
  readonly storages: readonly NamedStorage[];
}

export interface ConfigFile {
  /** By key, as they stand in the file; the schemas of the options read them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The path of the file. */
  readonly origin: string;
}

/**
 * The options in a file of JSON, YAML or Freezer's INI. Rejects with `input.file-unreadable`, with
 * `input.file-malformed` (line and column), and with `input.unknown-option` that names all unknown ones.
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const { byKey, problems } = await configFileSettings(path);
  refuseProblems(problems);
  return { options: Object.fromEntries([...byKey].map(([key, { value }]) => [key, value])), origin: path };
}

/** The same with the place of each, and with problems that can be told together with others. */
export async function configFileSettings(path: string): Promise<FileSettings> {
  const { values, storages: described } = await configFileContents(path);
  const storageProblems: OptionProblem[] = [];
  const storages = described.map(({ name, value, place }) =>
    namedStorage(name, value, place, storageProblems),
  );
  const { byKey, problems: others } = settingsOf('config file', values);
  const problems = [...others, ...storageProblems];
  const further = byKey.get('config');
  if (!further) return { byKey, problems, storages };
  const problem = {
    code: 'input.invalid',
    path: further.place,
    message: 'a config file names no further one',
  } as const;
  return { byKey, problems: [...problems, problem], storages };
}

/** The values in a file under the names that they have there, of whatever program. */
export async function configFileValues(path: string): Promise<readonly NamedValue[]> {
  return (await configFileContents(path)).values;
}

async function configFileContents(path: string): Promise<FileContents> {
  return contents(decoded(await readSmallFile(path, 'config file', 1024 * 1024), path), path);
}

function decoded(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const message = `${path}, line 1, column 1: this is not UTF-8 text`;
    throw new Failure('input.file-malformed', message, { file: path, line: 1, column: 1 }, error);
  }
}

function contents(text: string, path: string): FileContents {
  switch (formatOf(text, path)) {
    case 'json':
      refuseBrokenJson(text, path);
      return yamlOptions(text, path);
    case 'yaml':
      return yamlOptions(text, path);
    case 'ini':
      return merged(parseIni(text, path), path);
  }
}

/** By the ending of the name; when that says nothing, by the first line that does. */
function formatOf(text: string, path: string): 'json' | 'yaml' | 'ini' {
  if (/\.json$/i.test(path)) return 'json';
  if (/\.ya?ml$/i.test(path)) return 'yaml';
  if (/\.ini$/i.test(path)) return 'ini';
  const telling = text.split(/\r?\n/).find((line) => !/^\s*([#;].*)?$/.test(line)) ?? '';
  if (/^\s*\{/.test(telling)) return 'json';
  return /^\s*\[|^[^:]*=/.test(telling) ? 'ini' : 'yaml';
}

const STORAGE_SECTION = 'storage:';

/** All sections as one: their names say nothing, except that one of `storage:NAME` describes a storage. */
function merged(sections: readonly IniSection[], path: string): FileContents {
  const described = sections.filter(({ name }) => name.startsWith(STORAGE_SECTION));
  const others = sections.filter((section) => !described.includes(section));
  // A later section goes before an earlier one, as with Freezer.
  const byName = new Map<string, readonly NamedValue[]>();
  for (const section of others) {
    const names = Map.groupBy(section.entries, (entry) => entry.name.replaceAll('-', '_'));
    for (const [name, entries] of names) byName.set(name, entries);
  }
  const storages = described.map(({ name, entries }) => ({
    name: name.slice(STORAGE_SECTION.length).trim(),
    value: Object.fromEntries(entries.map(({ name, value }) => [name, value])),
    place: `${path} [${name}]`,
  }));
  return { values: [...byName.values()].flat(), storages };
}
