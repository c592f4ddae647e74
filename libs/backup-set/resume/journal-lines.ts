import { createHmac } from 'node:crypto';

const MAC_HEX = 32;

/** Lines of a journal, each bound to all before it: one that is changed, moved or missing makes those behind it worthless. */
export class JournalLines {
  #last: string;

  constructor(
    private readonly secret: Uint8Array,
    last = '',
  ) {
    this.#last = last;
  }

  /** The line of a record, ended by a line feed. */
  encode(record: object): Buffer {
    const json = JSON.stringify(record);
    return Buffer.from(`${json} ${this.#next(json)}\n`, 'utf8');
  }

  /** The record of a line without its line feed; `undefined` when it is not the next. */
  decode(line: string): unknown {
    const json = jsonOf(line);
    return line.slice(json.length + 1) === this.#next(json) ? JSON.parse(json) : undefined;
  }

  /** What the next line is bound to. */
  get last(): string {
    return this.#last;
  }

  #next(json: string): string {
    const mac = createHmac('sha256', this.secret).update(`line\n${this.#last}\n${json}`, 'utf8');
    this.#last = mac.digest('hex').slice(0, MAC_HEX);
    return this.#last;
  }
}

/** What a line says, whoever wrote it. */
export function jsonOf(line: string): string {
  return line.slice(0, Math.max(0, line.length - MAC_HEX - 1));
}
