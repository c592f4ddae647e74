import { appendFileSync, createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Trouble } from './archive-troubles.js';
import type { HardLink } from '../scan/scanned-part.js';

const BATCH = 1000;

/**
 * Remembers on disk which member is a hard link to which, for the rare case that what they link to could not be read:
 * the links are then as untrue as the file. Memory held: a thousand links.
 */
export class LinkLog {
  #waiting: string[] = [];
  #isEmpty = true;

  constructor(private readonly path: string) {}

  add(links: readonly HardLink[]): void {
    for (const link of links) this.#waiting.push(`${JSON.stringify(link)}\n`);
    if (this.#waiting.length >= BATCH) this.#flush();
  }

  /** The same troubles, and one more for each link to a file whose content is untrue. */
  async withLinks(troubles: readonly Trouble[]): Promise<readonly Trouble[]> {
    const untrue = new Set(troubles.filter(({ effect }) => effect === 'untrue').map(({ path }) => path));
    this.#flush();
    if (untrue.size === 0 || this.#isEmpty) return troubles;
    const linked: Trouble[] = [];
    for await (const line of createInterface({ input: createReadStream(this.path) })) {
      const [path, link] = JSON.parse(line) as HardLink;
      if (untrue.has(link))
        linked.push({ path, effect: 'untrue', reason: `hard link to "${link}": read error` });
    }
    return [...troubles, ...linked];
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    appendFileSync(this.path, this.#waiting.join(''), { mode: 0o600 });
    this.#waiting = [];
    this.#isEmpty = false;
  }
}
