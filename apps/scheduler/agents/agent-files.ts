import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { textOf } from '#kernel';
import type { AgentOrder } from './agents.js';

const ERROR_BYTES = 64 << 10;
const METADATA_BYTES = 1 << 20;

/** The files of one attempt, in the directory of its run. */
export class AgentFiles {
  readonly order: string;
  readonly events: string;
  readonly errors: string;
  readonly metadata: string;

  constructor(private readonly given: AgentOrder) {
    const file = (ending: string) => join(given.directory, `attempt-${given.name}.${ending}`);
    this.order = file('order.json');
    this.events = file('jsonl');
    this.errors = file('stderr');
    this.metadata = file('metadata.json');
  }

  /** Writes the config file of the agent, for this user alone. */
  async writeOrder(): Promise<void> {
    const settings = Object.entries(this.given.settings).filter(([name]) => !ours(name));
    const backup = [undefined, '', 'backup'].includes(this.given.settings['action'] as string | undefined);
    const order = { ...Object.fromEntries(settings), ...(backup && { metadata_out: this.metadata }) };
    await rm(this.order, { force: true });
    await writeFile(this.order, JSON.stringify(order), { mode: 0o600, flag: 'wx' });
  }

  async removeOrder(): Promise<void> {
    await rm(this.order, { force: true });
  }

  /** The last 64 KiB of what the agent said besides its events. */
  async lastErrors(): Promise<string> {
    try {
      await using file = await open(this.errors, 'r');
      const { size } = await file.stat();
      const length = Math.min(size, ERROR_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return textOf(buffer.subarray(0, bytesRead)).trim();
    } catch {
      // It said nothing, or the file is gone: what matters is in the events.
      return '';
    }
  }

  async metadataDocument(): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      const text = await readFile(this.metadata, 'utf8');
      if (text.length > METADATA_BYTES) return undefined;
      const value: unknown = JSON.parse(text);
      return typeof value === 'object' && value !== null ? { ...value } : undefined;
    } catch {
      // An action that stores nothing writes none, nor does one that failed.
      return undefined;
    }
  }
}

/** What the scheduler decides, in whatever spelling a job says it. */
function ours(name: string): boolean {
  return ['metadataout', 'json'].includes(name.replaceAll(/[-_]/g, '').toLowerCase());
}
