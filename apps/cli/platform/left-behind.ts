import { readFile, rm } from 'node:fs/promises';
import {
  adoptCommand,
  processIdentity,
  processIdentitySchema,
  processState,
  replaceDurably,
  type ProcessIdentity,
} from '#host';
import { z } from '#kernel';

const noteSchema = z.record(z.string(), processIdentitySchema);
const GRACE_MS = 30_000;

/** The processes of a platform as noted in a file, for the day on which their parent is killed. */
export class ProcessNotes {
  #noted: Readonly<Record<string, ProcessIdentity>> = {};
  #written = Promise.resolve();

  constructor(private readonly path: string) {}

  /** One after the other: processes may start at the same moment. */
  readonly note = (name: string, pid: number): Promise<void> => {
    this.#noted = { ...this.#noted, [name]: processIdentity(pid) };
    const write = () => replaceDurably(this.path, JSON.stringify(this.#noted));
    const written = this.#written.then(write);
    this.#written = written.catch(() => undefined);
    return written;
  };

  /** Ends what still runs of those that were noted by another platform, in the order of `names`; gives their names. */
  async endLeftBehind(names: readonly string[]): Promise<readonly string[]> {
    const noted = await this.#read();
    const left = names.filter((name) => noted[name] && processState(noted[name]) === 'running');
    for (const name of left) if (noted[name]) await adoptCommand(noted[name]).stop(GRACE_MS);
    await this.forget();
    return left;
  }

  async forget(): Promise<void> {
    await rm(this.path, { force: true });
  }

  async #read(): Promise<Readonly<Record<string, ProcessIdentity>>> {
    try {
      return noteSchema.parse(JSON.parse(await readFile(this.path, 'utf8')));
    } catch {
      // Not there, or half written by a machine that went down: then nothing of it runs.
      return {};
    }
  }
}
