// Prints the help of a program and of every command below it, as one JSON list of { title, help }. In one process: a
// program with seventy commands is started once instead of seventy times.
//
//   node scripts/help-pages.mjs dist/apps/cli/run-cli.js runCli firn
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [file, name, program] = process.argv.slice(2);
const { [name]: run } = await import(pathToFileURL(path.resolve(file)).href);
const { stdout } = process;
const write = stdout.write.bind(stdout);

write(JSON.stringify(await pagesOf([])));

async function pagesOf(words) {
  const title = [program, ...words].join(' ');
  const help = await said(() => run([...words, '--help']));
  // A word that is not known is answered with the help of what is above it, which would lead round in a ring.
  if (!help.startsWith(`Usage: ${title}`))
    throw new Error(`"${title} --help" did not print its help: ${help}`);
  const pages = [{ title, help }];
  for (const word of commandsIn(help)) pages.push(...(await pagesOf([...words, word])));
  return pages;
}

/** What is written to standard output meanwhile. */
async function said(act) {
  let text = '';
  stdout.write = (piece) => {
    text += piece;
    return true;
  };
  try {
    await act();
  } finally {
    stdout.write = write;
  }
  return text;
}

function commandsIn(help) {
  const listed = /^Commands:\n((?: .*\n?|\n)+)/m.exec(help)?.[1] ?? '';
  return [...listed.matchAll(/^ {2}([a-z][\w-]*)/gm)]
    .map(([, word]) => word)
    .filter((word) => word !== 'help');
}
