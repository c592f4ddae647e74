import type { OptionProblem } from '../option-problem.js';
import type { Secret } from '../values/secret.js';
import { settingName, type NamedStorage } from './named-storage.js';

/** A storage that is to be used; what its settings mean is its driver's business. */
export interface StorageChoice {
  /** Of the config file, or made of the kind: `s3`, `s3-2`. */
  readonly name: string;
  /** None when the address says it. */
  readonly kind?: string;
  /** What files describe, when the kind is a word that could have been one of these names. */
  readonly couldBe?: readonly string[];
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
 * A storage or container that is an address stands alone. Kinds, or names that a file describes, and
 * plain containers go together: one kind is that of all containers, several go with them one by one, and without a kind
 * a container is a local one. A container beside a name takes the place of the one that its description says.
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
  const words = storages.filter((word) => !isAddress(word));
  const plain = containers.filter((word) => !isAddress(word));
  if (words.length > 1 && plain.length > 1 && words.length !== plain.length) {
    const message = `${words.length} storages and ${plain.length} containers do not go together; give one container for each, or addresses`;
    problems.push({ code: 'input.invalid', path: places.storages, message });
    return [];
  }
  /** A described storage keeps its own container unless another one is said. */
  const chosen = (word: string, container: string | undefined): StorageChoice => {
    const described = byName.get(word);
    const settings = container === undefined ? {} : { container };
    if (!described) {
      const couldBe = byName.size > 0 ? { couldBe: [...byName.keys()] } : {};
      return { name: word, kind: word, ...couldBe, settings, place: places.storages };
    }
    const choice = choiceOf(described);
    return { ...choice, settings: { ...choice.settings, ...settings } };
  };
  let next = 0;
  const containerFor = () => (plain.length > 1 ? plain[next++] : plain[0]);
  const [only = 'local'] = words;
  return [
    ...storages.flatMap((word) => {
      if (isAddress(word)) return [addressed(word, places.storages)];
      if (words.length > 1) return [chosen(word, containerFor())];
      return plain.length === 0 ? [chosen(word, undefined)] : [];
    }),
    ...containers.flatMap((word) => {
      // The record of a backup says both the name and the address that it stands for.
      if (words.some((name) => byName.get(name)?.address === word)) return [];
      if (isAddress(word)) return [addressed(word, places.containers)];
      return words.length <= 1 ? [chosen(only, word)] : [];
    }),
  ];
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
