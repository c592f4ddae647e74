import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobActionSpec } from '#node-protocol';
import type { PlatformFixture } from '#test/support';

// Bounded, so that a test that fails leaves nothing behind for long.
const WORK = `
echo begun >> "$1"
n=0
until [ -e "$2" ]; do
  n=$((n + 1)); [ $n -lt 1000 ] || exit 9
  sleep 0.05
done
echo done >> "$1"`;

/** A command of a job that notes in its diary that it begins, works until its gate is opened, and notes that it is done. */
export class Gate {
  readonly #diary: string;
  readonly #gate: string;

  constructor(
    private readonly platform: PlatformFixture,
    name: string,
  ) {
    this.#diary = join(platform.data, `${name}.diary`);
    this.#gate = join(platform.data, `${name}.gate`);
  }

  get action(): JobActionSpec {
    return exec('sh', '-c', WORK, 'gate', this.#diary, this.#gate);
  }

  get diary(): readonly string[] {
    return linesOf(this.#diary);
  }

  /** Resolves when the command works. */
  async begun(): Promise<void> {
    await this.platform.until('the command has begun', async () => this.diary[0]);
  }

  /** Resolves when the command has done its work. */
  async done(): Promise<void> {
    await this.platform.until('the command is done', async () => this.diary[1]);
  }

  open(): void {
    writeFileSync(this.#gate, '');
  }
}

export function exec(...command: readonly string[]): JobActionSpec {
  return { settings: { action: 'exec', command } };
}

/** A command that only appends a line to a file. */
export function noting(file: string, line = 'done'): JobActionSpec {
  return exec('sh', '-c', 'echo "$2" >> "$1"', 'note', file, line);
}

export function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}
