import type { OptionProblem } from '../option-problem.js';
import type { Secret } from '../values/secret.js';
import { settingName, type NamedStorage } from './named-storage.js';

/** A storage that is to be used; what its settings mean is its driver's business. */
export interface StorageChoice {
  /** Of the config file, or made of the kind: `s3`, `s3-2`. */
  readonly name: string;
  /** None when the address says it. */
  readonly kind?: string;
  readonly address?: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Those that came with it, over a private way. */
  readonly secrets?: Readonly<Record<string, Secret<string>>>;
  /** Where it was asked for, for messages. */
  readonly place: string;
}

export interface StorageWishes {
  /** Values of `--storage`: kinds, names, addresses. */
  readonly storages: readonly string[];
  /** Values of `--container`: places, addresses. */
  readonly containers: readonly string[];
  /** Values of `--storage-option`: `NAME=VALUE` or `STORAGE.NAME=VALUE`. */
  readonly options: readonly string[];
  /** What the config file describes: all of it is used when nothing else is asked for. */
  readonly described: readonly NamedStorage[];
  /** Further ones that may be asked for by name. */
  readonly known: readonly NamedStorage[];
  /** Those that the scheduler hands over: what the API calls so is meant, whatever files say. */
  readonly delivered?: readonly NamedStorage[];
  /** Whether storages or containers were said in a stronger place than the config file. */
  readonly isChosen: boolean;
  /** Of storages and of containers, for messages. */
  readonly places: { readonly storages: string; readonly containers: string; readonly options: string };
}

/**
 * The storages that are meant, in the order in which they were given: those that a command asks for, or else all that
 * its config file describes.
 *
 * A storage or container that is an address, or a storage that is a name of the config file, stands alone. Kinds and
 * plain containers go together: one kind is that of all containers, several go with them one by one, and without a kind
 * a container is a local one.
 */
export function chosenStorages(wishes: StorageWishes, problems: OptionProblem[]): readonly StorageChoice[] {
  const { described, known, delivered = [], places } = wishes;
  const byName = new Map([...known, ...described, ...delivered].map((storage) => [storage.name, storage]));
  const selects = [...wishes.storages, ...wishes.containers].some(
    (word) => isAddress(word) || byName.has(word),
  );
  const isAsked = wishes.storages.length + wishes.containers.length > 0;
  const chosen =
    described.length > 0 && !(isAsked && (wishes.isChosen || selects))
      ? described.map(choiceOf)
      : askedFor(wishes, byName, problems);
  return withOptions(unalike(chosen), wishes.options, places.options, problems);
}

/** `s3://…`: what begins like an address of the web is none of a directory. */
export function isAddress(word: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(word);
}

function askedFor(
  { storages, containers, places }: StorageWishes,
  byName: ReadonlyMap<string, NamedStorage>,
  problems: OptionProblem[],
): readonly StorageChoice[] {
  const kinds = storages.filter((word) => !isAddress(word) && !byName.has(word));
  const plain = containers.filter((word) => !isAddress(word));
  const paired = kinds.length > 1 && plain.length > 1;
  if (paired && kinds.length !== plain.length) {
    const message = `${kinds.length} kinds of storage and ${plain.length} containers do not go together; give one container for each kind, or addresses`;
    problems.push({ code: 'input.invalid', path: places.storages, message });
    return [];
  }
  const [only = 'local'] = kinds;
  const chosen: StorageChoice[] = [];
  let next = 0;
  const addPlain = (kind: string, container: string | undefined) =>
    chosen.push({
      ...{ name: kind, kind, place: places.storages },
      settings: container === undefined ? {} : { container },
    });
  for (const word of storages) {
    const described = byName.get(word);
    if (described) chosen.push(choiceOf(described));
    else if (isAddress(word)) chosen.push(addressed(word, places.storages));
    else if (kinds.length > 1) addPlain(word, plain.length > 1 ? plain[next++] : plain[0]);
    else if (plain.length === 0) addPlain(word, undefined);
  }
  for (const word of containers) {
    if (isAddress(word)) chosen.push(addressed(word, places.containers));
    else if (kinds.length <= 1) addPlain(only, word);
  }
  return chosen;
}

function choiceOf({ name, kind, address, settings, secrets, place }: NamedStorage): StorageChoice {
  const said = { ...(address ? { address } : {}), ...(kind === undefined ? {} : { kind }) };
  return { name, ...said, settings, ...(secrets && { secrets }), place };
}

function addressed(address: string, place: string): StorageChoice {
  return { name: address.slice(0, address.indexOf(':')).toLowerCase(), address, settings: {}, place };
}

/** Names that no two storages share. */
function unalike(choices: readonly StorageChoice[]): readonly StorageChoice[] {
  const taken = new Set<string>();
  return choices.map((choice) => {
    let name = choice.name;
    for (let n = 2; taken.has(name); n += 1) name = `${choice.name}-${n}`;
    taken.add(name);
    return { ...choice, name };
  });
}

function withOptions(
  choices: readonly StorageChoice[],
  options: readonly string[],
  path: string,
  problems: OptionProblem[],
): readonly StorageChoice[] {
  const given = new Map<string, Record<string, unknown>>();
  const refuse = (message: string) => problems.push({ code: 'input.invalid', path, message });
  for (const option of options) {
    const found = /^(?:([A-Za-z0-9][A-Za-z0-9_-]*)\.)?([A-Za-z][A-Za-z0-9_-]*)=(.*)$/s.exec(option);
    // The value is not shown: it may be a secret that does not belong here.
    if (!found) {
      refuse('takes NAME=VALUE, or STORAGE.NAME=VALUE when there are several storages');
      continue;
    }
    const [, storage, name = '', value] = found;
    const [first] = choices;
    if (storage === undefined && choices.length > 1)
      refuse(`"${name}" may be meant for any of ${names(choices)}; write ${first?.name ?? ''}.${name}=…`);
    const target = storage ?? first?.name ?? '';
    if (storage !== undefined && !choices.some((choice) => choice.name === storage))
      refuse(`there is no storage "${storage}"; there are ${names(choices)}`);
    given.set(target, { ...given.get(target), [settingName(name)]: value });
  }
  return choices.map((choice) => ({
    ...choice,
    settings: { ...choice.settings, ...given.get(choice.name) },
  }));
}

function names(choices: readonly StorageChoice[]): string {
  return choices.map(({ name }) => name).join(', ');
}
