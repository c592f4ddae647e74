import type { House } from './house.js';
import { fileBehind, fileMeant, isForTests, roomBehind, roomOf } from './rooms.js';
import type { Source } from './source.js';

type Graph = ReadonlyMap<string, readonly string[]>;

/** Files that import each other in a ring, `a → b → a`. Types count: a ring of types is a ring of thoughts. */
export function circlesOfFiles(
  sources: readonly Source[],
  doors: Readonly<Record<string, string>>,
): string[] {
  const graph = new Map<string, string[]>();
  for (const source of sources) {
    const targets = source.imports.flatMap(({ specifier }) => {
      if (specifier.startsWith('.')) return [fileMeant(source.path, specifier)];
      const target = doors[specifier];
      return target === undefined ? [] : [fileBehind(target)];
    });
    graph.set(source.path, targets);
  }
  return circles(graph);
}

/** Rooms that import each other in a ring, whatever the files. Tests do not count: they may look at the whole house. */
export function circlesOfRooms(sources: readonly Source[]): string[] {
  const graph = new Map<string, string[]>();
  for (const source of sources.filter((candidate) => !isForTests(candidate.path))) {
    const room = roomOf(source.path);
    const doors = source.imports
      .map(({ specifier }) => specifier)
      .filter((specifier) => specifier.startsWith('#'));
    const targets = doors.map(roomBehind).filter((target) => target !== room);
    graph.set(room, [...(graph.get(room) ?? []), ...targets]);
  }
  return circles(graph);
}

/** Rings in the table itself, so that it cannot allow one. */
export function circlesOfTable(house: House): string[] {
  const rooms = Object.entries(house.rooms);
  return circles(
    new Map(
      rooms.map(([name, room]) => [name, room.doors.map(roomBehind).filter((target) => target !== name)]),
    ),
  );
}

/** One ring for each edge that leads back to where a walk came from. */
function circles(graph: Graph): string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const walk = (node: string, way: readonly string[]): void => {
    const at = way.indexOf(node);
    if (at >= 0) found.add([...way.slice(at), node].join(' → '));
    if (at >= 0 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) walk(next, [...way, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return [...found];
}
