// Adds to package-lock.json what npm 11 and 12 want to find there and a registry may not have offered when the lock
// was made: the optional packages of other platforms. Without them "npm ci" ends with EUSAGE "Missing: … from lock
// file". An added entry names its platform, so npm fetches it only there.
//
//   node scripts/complete-lock.mjs          adds them
//   node scripts/complete-lock.mjs --check  exits with 1 when some are missing
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const OS_WORDS = new Map(
  ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'].map(
    (name) => [name, name],
  ),
);
const CPU_WORDS = new Map(
  ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 's390x', 'riscv64', 'x64'].map((name) => [
    name,
    name,
  ]),
)
  .set('aarch64', 'arm64')
  .set('x86_64', 'x64');
const LIBC_WORDS = new Map([
  ['gnu', 'glibc'],
  ['glibc', 'glibc'],
  ['musl', 'musl'],
]);

const file = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'package-lock.json');
const lock = JSON.parse(fs.readFileSync(file, 'utf8'));
const missing = missingEntries(lock.packages);
for (const { key } of missing) console.log(`missing: ${key}`);

if (process.argv.includes('--check')) {
  console.log(
    missing.length === 0 ? 'package-lock.json is complete' : 'run "node scripts/complete-lock.mjs"',
  );
  process.exitCode = missing.length === 0 ? 0 : 1;
} else if (missing.length > 0) {
  for (const { key, entry } of missing) lock.packages[key] = entry;
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  fs.writeFileSync(file, JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2) + '\n');
  console.log(`added ${missing.length} entries to package-lock.json`);
}

function missingEntries(packages) {
  const found = new Map();
  for (const [owner, entry] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`;
      if (isLocked(packages, owner, name) || found.has(key)) continue;
      const platform = platformOf(name);
      // Without a platform in its name it would be fetched everywhere; then somebody has to look.
      if (platform === undefined)
        console.error(`left out: ${name} of ${owner || 'the project'} names no platform`);
      else
        found.set(key, {
          version: lowestOf(range),
          ...platform,
          ...(entry.dev && { dev: true }),
          optional: true,
        });
    }
  }
  return [...found].map(([key, entry]) => ({ key, entry }));
}

/** Where Node would look for `name` from `owner`: in its own node_modules, then in those above. */
function isLocked(packages, owner, name) {
  for (let at = owner; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at}/node_modules/${name}`]) return true;
  }
  return packages[`node_modules/${name}`] !== undefined;
}

/** `@typescript/typescript-linux-arm64` → `{ cpu: ['arm64'], os: ['linux'] }`. */
function platformOf(name) {
  const words = name.toLowerCase().split(/[-/.@]/);
  const pick = (known) => words.map((word) => known.get(word)).find((value) => value !== undefined);
  const [os, cpu, libc] = [pick(OS_WORDS), pick(CPU_WORDS), pick(LIBC_WORDS)];
  if (os === undefined) return undefined;
  return { ...(cpu && { cpu: [cpu] }), os: [os], ...(os === 'linux' && libc && { libc: [libc] }) };
}

/** `^1.2.3` → `1.2.3`: the one version that every such range contains. */
function lowestOf(range) {
  return range.replace(/^[^\d]*/, '');
}
