import { open } from 'node:fs/promises';
import { agentEventIn } from '#node-protocol';
import { emptyTrace, traced, type AgentTrace } from './agent-trace.js';

const PIECE_BYTES = 64 << 10;
/** A longer line is none that a scheduler needs. */
const LONGEST_LINE = 1 << 20;

/** The events of an agent, read as the file grows. Memory held: one line, and the trace. */
export class EventFile {
  #trace = emptyTrace;
  #offset = 0;
  #rest = Buffer.alloc(0);
  #tooLong = false;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(private readonly path: string) {}

  /** What the file has told up to now. A file that is not there has told nothing. */
  async look(): Promise<AgentTrace> {
    const reading = this.#reading.then(() => this.#read());
    this.#reading = reading.catch(() => undefined);
    await reading;
    return this.#trace;
  }

  async #read(): Promise<void> {
    const file = await open(this.path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!file) return;
    await using _ = file;
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.#take(piece.subarray(0, bytesRead));
    }
  }

  #take(piece: Buffer): void {
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      const line = Buffer.concat([this.#rest, piece.subarray(from, end)]);
      const whole = !this.#tooLong;
      this.#rest = Buffer.alloc(0);
      this.#tooLong = false;
      from = end + 1;
      const event = whole ? agentEventIn(line.toString('utf8')) : undefined;
      if (event) this.#trace = traced(this.#trace, event);
    }
    this.#rest = Buffer.concat([this.#rest, piece.subarray(from)]);
    if (this.#rest.length <= LONGEST_LINE) return;
    this.#rest = Buffer.alloc(0);
    this.#tooLong = true;
  }
}
