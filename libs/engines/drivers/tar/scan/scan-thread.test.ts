import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { describe, it } from 'mocha';
import { systemCommands, type RunningCommand } from '#host';
import { isFailure, type FailureCode } from '#kernel';
import { withTemporaryDirectory } from '#test/support';
import type { ArchivePart } from '../../../archive-engine.js';
import { archiveArguments } from '../archive/archive-command.js';
import { archiveRun } from '../archive/archive-run.js';
import { LinkLog } from '../archive/link-log.js';
import { readApart } from './read-apart.js';
import { SeenMembers } from '../archive/seen-members.js';

const PART = 64 << 10;
const NEVER = new AbortController().signal;

/** Scripts in place of the one that scans. */
const throwing =
  "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { throw new Error('no'); });";
const ending =
  "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(0));";
const broken = "throw new Error('not at all');";

interface Run {
  readonly parts: ArchivePart[];
  readonly tar: RunningCommand;
}

describe('the thread that scans what tar writes', () => {
  it('gives every byte of members once, in order, with the entries as text', async () => {
    await withTree(async (root, directory) => {
      const { parts } = await run(root, directory);
      const stored = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
      const entries = parts.flatMap((part) => part.entries);
      let reached = 0;
      for (const { at, span } of entries) {
        assert.equal(at, reached);
        reached += span;
      }
      assert.equal(reached, stored);
      const counted = parts.reduce((sum, { lines }) => sum + (lines?.totals.entries ?? 0), 0);
      assert.equal(counted, entries.length);
      assert.equal(entries.filter(({ type }) => type === 'file').length, 40);
    });
  });

  it('gives the same from memory that is shared', async () => {
    await withTree(async (root, directory) => {
      const plain = await run(root, directory);
      const shared = await run(root, directory, { memory: () => Buffer.from(new SharedArrayBuffer(PART)) });
      const bytesOf = ({ parts }: Run) => Buffer.concat(parts.map(({ bytes }) => bytes));
      assert.ok(bytesOf(plain).equals(bytesOf(shared)));
    });
  });

  for (const [what, script, says] of [
    ['throws', throwing, /thread failed: no$/],
    ['cannot be loaded', broken, /thread failed: not at all$/],
    ['ends by itself', ending, /thread ended with code 0$/],
  ] as const) {
    it(`fails, and stops tar, when the thread ${what}`, async () => {
      await withTree(async (root, directory) => {
        const path = join(directory, 'script.mjs');
        writeFileSync(path, script);
        const files = openFiles();
        await assert.rejects(
          run(root, directory, { script: pathToFileURL(path) }),
          failsSaying('internal.unexpected', says),
        );
        assert.equal(openFiles(), files);
      });
    });

    it(`fails a stream that is read again when the thread ${what}`, async () => {
      await withTemporaryDirectory(async (directory) => {
        const path = join(directory, 'script.mjs');
        writeFileSync(path, script);
        const stream = Readable.from([Buffer.alloc(8 << 20)]);
        await assert.rejects(
          drained(readApart(stream, { digest: 'all' }, pathToFileURL(path))),
          failsSaying('internal.unexpected', says),
        );
      });
    });
  }

  it('passes on why a stream that is read again breaks off, and lets go of it when nobody reads on', async () => {
    await withTree(async (root, directory) => {
      const { parts } = await run(root, directory);
      const stored = Buffer.concat(parts.map(({ bytes }) => bytes));
      const reason = new Error('the line is cut');
      let isLetGo = false;
      const broken = async function* () {
        try {
          for (;;) yield stored.subarray(0, stored.length - 512);
        } finally {
          isLetGo = true;
        }
      };
      for await (const _ of readApart(broken(), { digest: 'all' })) break;
      assert.ok(isLetGo);
      const cut = async function* () {
        yield stored.subarray(0, 1 << 20);
        throw reason;
      };
      await assert.rejects(drained(readApart(cut(), { digest: 'all' })), (error) => error === reason);
    });
  });

  it('ends at once, and leaves no file open, when nobody reads on', async () => {
    await withTree(async (root, directory) => {
      const files = openFiles();
      let parts = 0;
      for await (const part of (await begun(root, directory)).parts) {
        parts += 1;
        if (part.bytes.length > 0) break;
      }
      assert.equal(parts, 1);
      assert.equal(openFiles(), files);
    });
  });

  it('rejects with the reason when it is called off in the middle', async () => {
    await withTree(async (root, directory) => {
      const stop = new AbortController();
      const reason = new Error('enough');
      const files = openFiles();
      const { parts } = await begun(root, directory, { signal: stop.signal });
      await assert.rejects(
        async () => {
          for await (const _ of parts) stop.abort(reason);
        },
        (error) => error === reason,
      );
      assert.equal(openFiles(), files);
    });
  });

  it('fails when tar is killed in the middle', async () => {
    await withTree(async (root, directory) => {
      const { parts, tar } = await begun(root, directory);
      await assert.rejects(
        async () => {
          let isKilled = false;
          for await (const _ of parts) isKilled ||= process.kill(tar.pid, 'SIGKILL');
        },
        failsSaying('engine.failed', /ended by SIGKILL/),
      );
    });
  });
});

async function drained(parts: AsyncIterable<ArchivePart>): Promise<void> {
  for await (const _ of parts);
}

interface Wishes {
  readonly script?: URL;
  readonly signal?: AbortSignal;
  readonly memory?: () => Buffer;
}

async function run(root: string, directory: string, wishes?: Wishes): Promise<Run> {
  const { parts, tar } = await begun(root, directory, wishes);
  const all: ArchivePart[] = [];
  for await (const part of parts) all.push(part);
  return { parts: all, tar };
}

let runs = 0;

async function begun(root: string, directory: string, { script, signal = NEVER, memory }: Wishes = {}) {
  const own = join(directory, `run-${(runs += 1)}`);
  mkdirSync(own);
  const source = { root, excludes: [], excludeFiles: [], oneFileSystem: false, dereference: 'none' } as const;
  const seen = await SeenMembers.in(join(own, 'seen'));
  const tar = await systemCommands.start(
    {
      program: 'tar',
      args: archiveArguments(source, join(own, 'snapshot'), []),
      env: { LC_ALL: 'C' },
      stdin: 'ignore',
      stdout: 'bulk',
      stderr: 'pipe',
    },
    signal,
  );
  const run = archiveRun({
    ...{ command: tar, program: 'tar', root, seen, signal, digest: 'all' as const },
    links: new LinkLog(join(own, 'links')),
    buffers: { bytes: PART, take: memory ?? (() => Buffer.allocUnsafeSlow(PART)) },
    ...(script && { script }),
  });
  return { parts: closing(run, seen), tar };
}

async function* closing(parts: AsyncIterable<ArchivePart>, seen: SeenMembers): AsyncGenerator<ArchivePart> {
  try {
    yield* parts;
  } finally {
    await seen.close();
  }
}

/** More than fits into a pipe. */
async function withTree(use: (root: string, directory: string) => Promise<void>): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const root = join(directory, 'source');
    mkdirSync(root);
    for (let n = 0; n < 40; n += 1) writeFileSync(join(root, `file-${n}`), Buffer.alloc(100_000 + n, n));
    await use(root, directory);
  });
}

function failsSaying(code: FailureCode, says: RegExp): (error: unknown) => boolean {
  return (error) => isFailure(error, code) && says.test(error.message);
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}
