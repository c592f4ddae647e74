import { createReadStream, existsSync } from 'node:fs';
import { realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Notice } from '#domain';
import { Failure, isFailure, systemClock } from '#kernel';
import { temporaryDirectory, type TemporaryDirectory } from '#host';
import type {
  Archive,
  ArchiveOutcome,
  ArchivePart,
  EngineState,
  PartBuffers,
  Source,
} from '../../../archive-engine.js';
import { archiveArguments, followsSymlinks, keepsHardLinks } from './archive-command.js';
import { archiveRun } from './archive-run.js';
import type { Trouble } from './archive-troubles.js';
import { writeBaseState, type BaseOptions } from '../state/base-state.js';
import { walkDirectories, type DirectoryWalk } from '../state/directory-walk.js';
import { excludeArguments, excludedPaths, excludesOf, type Excludes } from './excludes.js';
import { LinkLog } from './link-log.js';
import { memberPathIn } from '../stream/member-path.js';
import type { ScanOptions } from '../stream/member-scanner.js';
import { writeNextState } from './next-state.js';
import { SeenMembers } from './seen-members.js';
import { checkedShrunk } from './shrunk-files.js';
import { sourceRoot, type SourceRoot } from './source-root.js';
import type { TarProgram } from '../program/tar-program.js';
import { unlessMoved } from './unless-moved.js';

export interface ArchiveOrder {
  readonly tar: TarProgram;
  readonly source: Source;
  readonly base: EngineState | undefined;
  readonly temporaryDirectory: string;
  readonly buffers: PartBuffers;
  readonly digest: ScanOptions['digest'];
}

/** Directories that are moved while tar looks for them make a run worthless; so often it is tried. */
const ATTEMPTS = 3;

/** What is known when tar is through. */
interface Done {
  readonly troubles: readonly Trouble[];
  readonly loops: readonly string[];
  readonly excludes: Excludes;
  readonly seen: SeenMembers;
  /** Tar's snapshot file. */
  readonly written: string;
}

/** An archive that tar makes while its parts are read. */
export class TarArchive implements Archive {
  readonly parts: AsyncIterable<ArchivePart>;
  readonly #closed = new AbortController();
  readonly #signal: AbortSignal;
  #directory: TemporaryDirectory | undefined;
  #done: Done | undefined;
  #outcome: Promise<ArchiveOutcome> | undefined;
  /** Resolves when whoever reads the parts has stopped to. */
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly order: ArchiveOrder,
    signal: AbortSignal,
  ) {
    this.#signal = AbortSignal.any([signal, this.#closed.signal]);
    this.parts = this.#parts();
  }

  outcome(): Promise<ArchiveOutcome> {
    this.#outcome ??= this.#settle();
    return this.#outcome;
  }

  async close(): Promise<void> {
    this.#closed.abort(new Failure('run.cancelled', 'the archive was closed'));
    await this.#running;
    await this.#outcome?.catch(() => undefined);
    await this.#done?.seen.close();
    this.#done = undefined;
    await this.#directory?.remove();
  }

  async *#parts(): AsyncGenerator<ArchivePart> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running = promise;
    try {
      this.#signal.throwIfAborted();
      const root = await sourceRoot(this.order.source.root);
      this.#directory = await temporaryDirectory('firn-tar-', this.order.temporaryDirectory);
      this.#done = yield* this.#attempts(root, this.#directory.path);
    } finally {
      resolve();
    }
  }

  async *#attempts(root: SourceRoot, directory: string): AsyncGenerator<ArchivePart, Done> {
    const { source } = this.order;
    // Tar loses itself in directories with two paths; when it follows symlinks, that is no accident.
    let walk = followsSymlinks(source) ? await this.#walk(root) : undefined;
    for (let attempt = 1; ; attempt += 1) {
      let isUnderWay = false;
      const run = this.#attempt(root, directory, walk);
      try {
        for (let next = await run.next(); ; next = await run.next()) {
          if (next.done) return next.value;
          isUnderWay = true;
          yield next.value;
        }
      } catch (error) {
        if (isUnderWay || attempt === ATTEMPTS || !isFailure(error, 'source.unstable')) throw error;
      } finally {
        await run.return(undefined as never);
      }
      walk = await this.#walk(root);
    }
  }

  async *#attempt(
    root: SourceRoot,
    directory: string,
    walk: DirectoryWalk | undefined,
  ): AsyncGenerator<ArchivePart, Done> {
    const { source, base } = this.order;
    const place = { root: root.real, follow: followsSymlinks(source), keepsLinks: keepsHardLinks(source) };
    const signal = this.#signal;
    if (base && !walk) {
      const options = { ...place, isInPlace: true, walk };
      const run = (either: AbortSignal, hasBegun: () => void) =>
        this.#run(root, directory, options, either, hasBegun);
      const done = yield* unlessMoved(base, place, signal, run);
      if (done !== 'moved') return done;
    }
    return yield* this.#run(root, directory, { ...place, isInPlace: false, walk }, signal);
  }

  async *#run(
    root: SourceRoot,
    directory: string,
    options: BaseOptions,
    signal: AbortSignal,
    hasBegun?: () => void,
  ): AsyncGenerator<ArchivePart, Done> {
    const { tar, source, base } = this.order;
    const program = await tar.path();
    const written = join(directory, 'snapshot');
    const seenPath = join(directory, 'seen');
    const linksPath = join(directory, 'links');
    await Promise.all([written, seenPath, linksPath].map((path) => rm(path, { force: true })));
    await writeBaseState(base, written, options, signal);
    const loops = options.walk?.loops ?? [];
    const own = memberPathIn(root.real, await realpath(directory));
    const excludes = await excludesOf(
      source,
      [...new Set([root.named, root.real])],
      own === undefined ? loops : [...loops, own],
    );
    const args = await excludeArguments(excludes, async (name, content) => {
      const path = join(directory, name);
      await writeFile(path, content, { mode: 0o600 });
      return path;
    });
    const seen = await SeenMembers.in(seenPath);
    let isDone = false;
    try {
      const pipes = { stdin: 'ignore', stdout: 'bulk' } as const;
      const started = systemClock.now().getTime();
      const command = await tar.start(archiveArguments(source, written, args), pipes, signal);
      hasBegun?.();
      const links = new LinkLog(linksPath);
      const { buffers, digest } = this.order;
      const options = { command, program, root: source.root, seen, links, signal: this.#signal };
      const told = yield* archiveRun({ ...options, buffers, digest });
      const checked = checkedShrunk(source.root, started, told);
      const troubles = await links.withLinks(checked);
      isDone = true;
      return { troubles, loops, excludes, seen, written };
    } finally {
      if (!isDone) await seen.close();
    }
  }

  #walk(root: SourceRoot): Promise<DirectoryWalk> {
    const { source } = this.order;
    const options = { follow: followsSymlinks(source), oneFileSystem: source.oneFileSystem };
    return walkDirectories(root.real, options, this.#signal);
  }

  async #settle(): Promise<ArchiveOutcome> {
    if (!this.#done || !this.#directory)
      throw new Failure('engine.failed', 'the archive was not read to its end');
    const { troubles, loops, excludes, seen, written } = this.#done;
    if (!existsSync(written)) throw new Failure('engine.failed', 'tar wrote no state for the next backup');
    const to = join(this.#directory.path, 'state');
    const hasBase = this.order.base !== undefined;
    const isExcluded = excludedPaths(excludes);
    const { unexplained, directories } = await writeNextState({
      written,
      to,
      troubles,
      seen,
      hasBase,
      isExcluded,
    });
    const notices = [
      ...loops.map((path): Notice => ({
        path,
        state: 'skipped',
        reason: 'loop of directories',
        harmless: true,
      })),
      ...troubles.map((trouble) => noticeOf(trouble, directories.has(trouble.path))),
      ...unexplained.map((path): Notice => ({ path, state: 'skipped', reason: 'not stored' })),
    ];
    return { state: { open: () => createReadStream(to) }, notices };
  }
}

/** A directory that changed is stored as it was when it was listed; what came later is new for the next backup. */
function noticeOf({ path, effect, reason, harmless }: Trouble, isDirectory: boolean): Notice {
  const state = effect === 'changed' ? 'changed' : 'skipped';
  const isHarmless = harmless ?? (isDirectory && effect === 'changed');
  return { path, state, reason, ...(isHarmless && { harmless: true }) };
}
