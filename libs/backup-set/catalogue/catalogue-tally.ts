import { Failure, printable } from '#kernel';
import type { CatalogueLine } from './catalogue-line.js';

/** Counts the lines of a catalogue, and checks the order of those that are decoded; throws `catalogue.damaged`. */
export class CatalogueTally {
  readonly #seen = { entry: 0, notice: 0 };
  #reached = 0;
  #ended = false;

  /** What the line tells, unless it is the end. */
  add(line: CatalogueLine): Exclude<CatalogueLine, { kind: 'end' }> | undefined {
    if (this.#ended) throw damaged('the catalogue goes on after its end');
    if (line.kind === 'end') {
      this.#end(line);
      return undefined;
    }
    if (line.kind === 'entry') {
      const { at, span, path } = line.entry;
      if (at < this.#reached || this.#seen.notice > 0) throw outOfOrder(path);
      this.#reached = at + span;
    }
    this.#seen[line.kind] += 1;
    return line;
  }

  /** A member that is passed over. */
  passOver(): void {
    if (this.#ended) throw damaged('the catalogue goes on after its end');
    if (this.#seen.notice > 0) throw damaged('a member lies behind the notices of the catalogue');
    this.#seen.entry += 1;
  }

  close(): void {
    if (!this.#ended) throw damaged('the catalogue has no end');
  }

  #end({ entries, notices }: { readonly entries: number; readonly notices: number }): void {
    const { entry, notice } = this.#seen;
    if (entries !== entry || notices !== notice)
      throw damaged('the catalogue does not have as many lines as it says', { entry, notice });
    this.#ended = true;
  }
}

function damaged(message: string, context: Readonly<Record<string, unknown>> = {}): Failure {
  return new Failure('catalogue.damaged', message, context);
}

function outOfOrder(path: string): Failure {
  return damaged(`"${printable(path)}" is not where it should be in the catalogue`, { path });
}
