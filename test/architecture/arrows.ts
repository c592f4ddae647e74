import type { House, Room, Vendor } from './house.js';
import { fileMeant, isForTests, isIn, packageOf, plugOf, roomBehind, roomOf } from './rooms.js';
import type { Import, Source } from './source.js';

/** Imports for which the house has no arrow, as `file:line: what is wrong`. `doors` are the keys of "imports". */
export function forbiddenImports(
  sources: readonly Source[],
  house: House,
  doors: readonly string[],
): string[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((found) => {
      const problem = problemOf(found, source.path, house, doors);
      return problem === undefined ? [] : [`${source.path}:${found.line}: ${problem}`];
    }),
  );
}

function problemOf(found: Import, file: string, house: House, doors: readonly string[]): string | undefined {
  const name = roomOf(file);
  const room = name === 'test' ? roomOfTests(house, doors) : house.rooms[name];
  if (!room) return `the room ${name} is not in test/architecture/house.ts`;
  const { specifier } = found;
  if (specifier.startsWith('.')) return relativeProblem(specifier, file, name, room);
  if (specifier.startsWith('#')) return doorProblem(specifier, file, name, room, house, doors);
  if (specifier.startsWith('node:')) return moduleProblem(found, file, name, room, house);
  return packageProblem(found, file, name, room, house);
}

/** What needs more than one room may open every door. */
function roomOfTests(house: House, doors: readonly string[]): Room {
  return { doors, packages: house.tests.packages, node: true };
}

function relativeProblem(specifier: string, file: string, name: string, room: Room): string | undefined {
  if (!/\.js(on)?$/.test(specifier)) return `"${specifier}" does not end in the .js of a file`;
  const meant = fileMeant(file, specifier);
  const target = roomOf(meant);
  if (target !== name) {
    if (room.folders?.includes(target)) return undefined;
    return `"${specifier}" leaves the room ${name}; open a door (#…) instead`;
  }
  if (isForTests(file)) return undefined;
  if (isForTests(meant)) return `"${specifier}" is for tests only`;
  const [own, other] = [plugOf(file), plugOf(meant)];
  if (other !== undefined && own !== other && !file.endsWith('/drivers/index.ts')) {
    return `"${specifier}" knows the driver ${other}; only drivers/index.ts does`;
  }
  return undefined;
}

function doorProblem(
  door: string,
  file: string,
  name: string,
  room: Room,
  house: House,
  doors: readonly string[],
): string | undefined {
  if (!doors.includes(door)) return `${door} is not a door of package.json`;
  if (isForTests(file)) {
    const reachable = [name, ...roomsBelow(name, house), ...house.tests.doors.map(roomBehind)];
    if (name === 'test' || reachable.includes(roomBehind(door))) return undefined;
  } else {
    if (door.endsWith('/testing')) return `${door} is for tests only`;
    if (roomBehind(door) === name) return `${door} is the door of this very room; use ./file.js`;
    if (room.doors.includes(door)) return undefined;
  }
  return `there is no arrow ${name} → ${door}`;
}

/** All rooms that a room may reach, by however many arrows. */
export function roomsBelow(name: string, house: House): string[] {
  const found = new Set<string>();
  const visit = (room: string): void => {
    for (const below of (house.rooms[room]?.doors ?? []).map(roomBehind)) {
      if (found.has(below)) continue;
      found.add(below);
      visit(below);
    }
  };
  visit(name);
  return [...found];
}

function moduleProblem(
  found: Import,
  file: string,
  name: string,
  room: Room,
  house: House,
): string | undefined {
  const { specifier, names } = found;
  if (!room.node && !isForTests(file)) return `${name} imports no node: modules, not even "${specifier}"`;
  const reserved = house.reservedModules.find((module) => module.name === specifier);
  if (!reserved || isIn(file, reserved.only)) return undefined;
  if (names.length > 0 && names.every((imported) => reserved.free?.includes(imported))) return undefined;
  return `"${specifier}" is reserved ${whereFor(reserved.only)}; use ${reserved.instead}`;
}

function packageProblem(
  found: Import,
  file: string,
  name: string,
  room: Room,
  house: House,
): string | undefined {
  const wanted = packageOf(found.specifier);
  const vendor = house.vendors.find((candidate) => matches(candidate, wanted));
  if (vendor) {
    if (!isIn(file, vendor.home)) return `"${wanted}" lives in ${vendor.home.join(' and ')} only`;
    if (vendor.lazy && !found.lazy && !found.typeOnly)
      return `"${wanted}" is loaded with import(), when it is needed`;
    return undefined;
  }
  if (room.packages?.includes(wanted)) return undefined;
  if (isForTests(file) && house.tests.packages.includes(wanted)) return undefined;
  return `there is no arrow ${name} → npm package "${wanted}"`;
}

function matches(vendor: Vendor, wanted: string): boolean {
  return vendor.package.endsWith('/*')
    ? wanted.startsWith(vendor.package.slice(0, -1))
    : wanted === vendor.package;
}

export function whereFor(only: readonly string[]): string {
  return only.length === 0 ? 'and nobody has leave to use it' : `for ${only.join(' and ')}`;
}
