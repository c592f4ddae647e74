import fs from 'node:fs';
import path from 'node:path';
import { Random } from './random.mjs';
import { filesBelow } from './walk.mjs';
import { text } from './words.mjs';

/** Written before the first change, so that one that was cut off can be taken back as well. */
const JOURNAL = 'changed.json';
const ADDED = 20;
const OWNER_WRITES = 0o200;

/** Something is appended to one file in a hundred, and twenty are new. */
export function changeFiles({ directory, source, seed }) {
  const random = new Random(`${seed} change`);
  const files = filesBelow(source).filter(({ mode, links }) => links === 1 && (mode & OWNER_WRITES) !== 0);
  const changed = random.some(Math.ceil(files.length / 100), files.length).map((i) => files[i]);
  const hosts = random.some(ADDED, files.length).map((i) => path.dirname(files[i].path));
  const added = Array.from({ length: ADDED }, (_, i) => path.join(hosts[i % hosts.length], `new-${i}.txt`));
  fs.writeFileSync(path.join(directory, JOURNAL), JSON.stringify({ changed, added }));
  for (const { path: name } of changed) {
    fs.appendFileSync(path.join(source, name), text(random, random.between(100, 1000)));
  }
  for (const name of added)
    fs.writeFileSync(path.join(source, name), text(random, random.between(1024, 8192)));
}

/** Contents are as before; times are not, which does no harm to a repository that begins afterwards. */
export function restoreFiles({ directory, source }) {
  const journal = path.join(directory, JOURNAL);
  if (!fs.existsSync(journal)) return;
  const { changed, added } = JSON.parse(fs.readFileSync(journal, 'utf8'));
  for (const { path: name, size } of changed) fs.truncateSync(path.join(source, name), size);
  for (const name of added) fs.rmSync(path.join(source, name), { force: true });
  fs.rmSync(journal);
}
