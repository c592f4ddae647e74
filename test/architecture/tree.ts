import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder; this file runs as dist/test/architecture/tree.js. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

const SOURCE_ROOTS = ['apps', 'libs', 'test'];
/** What is made, fetched, or may name a machine. */
const NOT_LOOKED_AT = new Set(['.git', 'node_modules', 'dist', 'bin', '.ci', 'scripts', 'package-lock.json']);
const TEXT = /(\.(ts|tsx|js|mjs|json|md|ya?ml|sql|sh|html|css)|Dockerfile)$/;

/** Every TypeScript source by its path from the root. */
export function readSources(): Map<string, string> {
  return readAll(SOURCE_ROOTS.flatMap(filesBelow).filter((file) => file.endsWith('.ts')));
}

/** Every text a person reads or writes: sources, settings, documents. */
export function readTexts(): Map<string, string> {
  return readAll(filesBelow('').filter((file) => TEXT.test(file)));
}

export interface PackageJson {
  readonly imports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

export function readPackageJson(): PackageJson {
  return JSON.parse(fs.readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as PackageJson;
}

function readAll(files: readonly string[]): Map<string, string> {
  return new Map(files.map((file) => [file, fs.readFileSync(path.join(projectRoot, file), 'utf8')]));
}

function filesBelow(folder: string): string[] {
  const absolute = path.join(projectRoot, folder);
  if (!fs.existsSync(absolute)) return [];
  return fs.readdirSync(absolute, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_LOOKED_AT.has(entry.name)) return [];
    const own = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(own);
    return entry.isFile() ? [own] : [];
  });
}
