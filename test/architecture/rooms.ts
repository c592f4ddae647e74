import path from 'node:path/posix';

/** `libs/storage/drivers/local/x.ts` lives in `libs/storage`, `apps/require-node.ts` in `apps`. */
export function roomOf(file: string): string {
  const [first = '', second = '', ...rest] = file.split('/');
  if (first === 'test') return 'test';
  return rest.length === 0 ? first : `${first}/${second}`;
}

/** Tests and what is written for them, such as programs that they start: they may know more than what they test. */
export function isForTests(file: string): boolean {
  return file.startsWith('test/') || /\.(test|fixture)\.ts$/.test(file) || file.includes('/testing/');
}

/** `libs/storage/drivers/s3/x.ts` → `libs/storage/drivers/s3`: plugs of one kind do not know each other. */
export function plugOf(file: string): string | undefined {
  return /^libs\/[^/]+\/drivers\/[^/]+(?=\/)/.exec(file)?.[0];
}

/** The file a relative import means, with the `.js` that it must name turned back into the source's `.ts`. */
export function fileMeant(from: string, specifier: string): string {
  return path.join(path.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** `#storage/drivers` → `libs/storage`, `#test/support` → `test`. */
export function roomBehind(door: string): string {
  const [room = ''] = door.slice(1).split('/');
  return room === 'test' ? 'test' : `libs/${room}`;
}

/** `./dist/libs/kernel/index.js` of package.json → `libs/kernel/index.ts`. */
export function fileBehind(target: string): string {
  return target.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts');
}

/** `@scope/name/deep/path` → `@scope/name`, `name/deep` → `name`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Whether `file` is one of `places`: files, or folders that end in a slash. */
export function isIn(file: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place));
}
