import type { House } from './house.js';
import { whereFor } from './arrows.js';
import { fileBehind, isForTests, isIn } from './rooms.js';
import type { Source } from './source.js';

/** Uses of words that belong to one room: time, environment, terminal, network. */
export function reservedWords(sources: readonly Source[], house: House): string[] {
  return sources.flatMap((source) =>
    source.words.flatMap((word) => {
      const reserved = house.reservedWords.find((candidate) => candidate.name === word.name);
      if (!reserved || isIn(source.path, reserved.only)) return [];
      const where = whereFor(reserved.only);
      return [`${source.path}:${word.line}: ${word.name} is reserved ${where}; use ${reserved.instead}`];
    }),
  );
}

/** A source that grew beyond one thought. */
export function longFiles(sources: readonly Source[], house: House): string[] {
  return sources
    .filter((source) => !isForTests(source.path) && source.lines > house.maxLines)
    .map(
      (source) =>
        `${source.path}: ${source.lines} lines, more than ${house.maxLines}; find the second thought in it`,
    );
}

/** Doors without a room behind them, and rooms without a door. `files` are all sources. */
export function doorProblems(doors: Readonly<Record<string, string>>, files: readonly string[]): string[] {
  const behind = Object.entries(doors).map(([door, target]) => ({ door, file: fileBehind(target) }));
  const leadNowhere = behind
    .filter(({ file }) => !files.includes(file))
    .map(({ door, file }) => `${door} leads to ${file}, which is not there`);
  const notAnIndex = behind
    .filter(({ file }) => !file.endsWith('/index.ts'))
    .map(({ door, file }) => `${door} leads to ${file}, which is no index.ts`);
  const rooms = new Set(
    files.filter((file) => file.startsWith('libs/')).map((file) => file.split('/')[1] ?? ''),
  );
  const withoutDoor = [...rooms]
    .filter((room) => doors[`#${room}`] === undefined)
    .map((room) => `libs/${room} has no door "#${room}" in package.json`);
  return [...leadNowhere, ...notAnIndex, ...withoutDoor];
}

/** Folders that exist on the machine of whoever wrote the text and nowhere else. */
const MACHINE_PATH = /(?<![\w.*)-])\/(?:work|farm|root|tmp\/brief|home\/runner|Users\/\w+)(?=\/[\w.])/;

export function machinePaths(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => {
      const found = MACHINE_PATH.exec(line)?.[0];
      return found === undefined ? [] : [`${path}:${index + 1}: names ${found}, a path of one machine`];
    }),
  );
}
