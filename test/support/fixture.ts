import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeTree } from '#host';
import { agent, passFile, type AgentOptions, type AgentRun } from './agent.js';

/** A source, a container and a passphrase in a place of their own, with the agent's commands about them. */
export class Fixture {
  readonly place = mkdtempSync(join(tmpdir(), 'firn-test-'));
  readonly source = join(this.place, 'source');
  readonly container = join(this.place, 'container');
  readonly pass = passFile(this.place);

  constructor(readonly encrypted = true) {
    mkdirSync(this.source);
  }

  /** Options that say where; every command of one container takes them. */
  get where(): string[] {
    return ['--container', this.container, ...(this.encrypted ? ['--encrypt-pass-file', this.pass] : [])];
  }

  /** Writes files of the source; directories are made. */
  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.source, path)), { recursive: true });
      writeFileSync(join(this.source, path), content);
    }
  }

  backup(extra: readonly string[] = [], options: AgentOptions = {}): Promise<AgentRun> {
    return agent(
      ['backup', '--path-to-backup', this.source, '--backup-name', 'test', ...this.where, ...extra],
      options,
    );
  }

  restore(target: string, extra: readonly string[] = [], options: AgentOptions = {}): Promise<AgentRun> {
    const to = join(this.place, target);
    return agent(
      ['restore', '--backup-name', 'test', '--restore-abs-path', to, ...this.where, ...extra],
      options,
    );
  }

  verify(extra: readonly string[] = []): Promise<AgentRun> {
    return agent(['verify', ...this.where, ...extra]);
  }

  list(): Promise<AgentRun> {
    return agent(['list', '--container', this.container]);
  }

  /** Also what an ordinary user may not write to. */
  remove(): Promise<void> {
    return removeTree(this.place);
  }
}

/** `bytes` of noise, the same for the same seed: nothing that compresses. */
export function noise(bytes: number, seed = 1): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  let state = seed >>> 0 || 1;
  for (let i = 0; i + 4 <= bytes; i += 4) {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    buffer.writeUInt32LE(state >>> 0, i);
  }
  return buffer;
}
