import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asFailure, Failure, parse, z, type Logger } from '#kernel';
import { moment } from '#node-protocol';
import { replaceDurably, syncDirectory } from '#host';
import { journalledRun, type Journal, type JournalledRun } from './journalled-run.js';

/** Directories of runs that were reported. */
const KEPT = 20;
const RUN_FILE = 'run.json';

const occurrences = z.record(z.string(), moment);

/**
 * A journal in `<directory>/runs/<claim>/run.json`. What is over goes to `reported/`, of which the newest 20 stay, what
 * is damaged to `damaged/`.
 */
export class DiskJournal implements Journal {
  readonly #runs: string;
  readonly #known = new Set<string>();
  #noting: Promise<void> = Promise.resolve();

  constructor(
    private readonly directory: string,
    private readonly logger: Logger,
  ) {
    this.#runs = join(directory, 'runs');
  }

  async load(): Promise<readonly JournalledRun[]> {
    await mkdir(this.#runs, { recursive: true, mode: 0o700 });
    const runs: JournalledRun[] = [];
    for (const name of (await readdir(this.#runs)).sort()) {
      try {
        const run = await this.#read(name);
        // Its directory was made, and then there was no time to write: nothing has been done either.
        if (!run) await rm(join(this.#runs, name), { recursive: true, force: true });
        else runs.push(run);
      } catch (error) {
        await this.#putAside(name, asFailure(error));
      }
    }
    return runs;
  }

  directoryOf(run: JournalledRun): string {
    return join(this.#runs, run.claim.claimId);
  }

  async write(run: JournalledRun): Promise<void> {
    const directory = this.directoryOf(run);
    const text = JSON.stringify(run);
    if (this.#known.has(directory)) return replaceDurably(join(directory, RUN_FILE), text);
    const made = await mkdir(directory, { recursive: true, mode: 0o700 });
    try {
      await syncDirectory(this.#runs);
      await replaceDurably(join(directory, RUN_FILE), text);
      this.#known.add(directory);
    } catch (error) {
      // A full disk must not be filled further, by one try after the other.
      if (made !== undefined) await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  async close(run: JournalledRun): Promise<void> {
    this.#known.delete(this.directoryOf(run));
    const reported = join(this.directory, 'reported');
    await mkdir(reported, { recursive: true, mode: 0o700 });
    await rename(this.directoryOf(run), join(reported, run.claim.claimId));
    await syncDirectory(this.#runs);
    await this.#prune(reported);
  }

  async loadOccurrences(): Promise<ReadonlyMap<string, Date>> {
    try {
      const text = await readFile(join(this.directory, 'occurrences.json'), 'utf8');
      return new Map(Object.entries(parse(occurrences, JSON.parse(text), 'occurrences.json')));
    } catch {
      // Missing or damaged: the API refuses what was run already.
      return new Map();
    }
  }

  async writeOccurrences(known: ReadonlyMap<string, Date>): Promise<void> {
    const path = join(this.directory, 'occurrences.json');
    const text = JSON.stringify(Object.fromEntries(known));
    // Runs end when they like; what they note is written one after the other.
    const written = this.#noting.then(async () => {
      await writeFile(`${path}.new`, text, { mode: 0o600 });
      await rename(`${path}.new`, path);
    });
    this.#noting = written.catch(() => undefined);
    await written;
  }

  async #read(name: string): Promise<JournalledRun | undefined> {
    const path = join(this.#runs, name, RUN_FILE);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const run = parse(journalledRun, JSON.parse(text), path);
    if (run.claim.claimId === name) return run;
    throw new Failure('scheduler.journal-damaged', `"${path}" is of another run: ${run.claim.claimId}`);
  }

  async #putAside(name: string, cause: Failure): Promise<void> {
    const damaged = join(this.directory, 'damaged');
    await mkdir(damaged, { recursive: true, mode: 0o700 });
    const place = await freeName(join(damaged, name));
    await rename(join(this.#runs, name), place);
    const { code, hint } = new Failure('scheduler.journal-damaged', '');
    // What is no JSON at all says so in the parser's words, which name no file.
    const reason = cause.code === 'internal.unexpected' ? `${RUN_FILE}: ${cause.message}` : cause.message;
    const facts = { code, reason, hint, movedTo: place };
    this.logger.error('a run in the journal cannot be read, and was put aside', facts);
  }

  async #prune(directory: string): Promise<void> {
    const names = await readdir(directory);
    if (names.length <= KEPT) return;
    const aged = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(directory, name))).mtimeMs })),
    );
    const old = aged.sort((a, b) => b.at - a.at).slice(KEPT);
    for (const { name } of old) await rm(join(directory, name), { recursive: true, force: true });
  }
}

async function freeName(path: string): Promise<string> {
  for (let n = 0; ; n += 1) {
    const candidate = n === 0 ? path : `${path}.${n}`;
    if (!(await stat(candidate).catch(() => undefined))) return candidate;
  }
}
