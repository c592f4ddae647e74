import { Failure } from '#kernel';
import type { Notice } from '#domain';
import { LiveTree, type BackupReader, type Chain, type LiveEntry } from '#backup-set';
import type { Parts } from '#workflows';
import type { ActionContext, ActionResult } from '../action.js';
import { compose } from '../compose.js';
import { openPoint } from '../open-point.js';
import { relativePath } from '../relative-path.js';

/** Writes one file of a restore point to standard output, or, without a path, the plain tar stream of that level. */
export async function cat({
  config,
  reporter,
  signal,
  logger,
  words,
  data,
}: ActionContext<'cat'>): Promise<ActionResult> {
  const composed = await compose(config, { logger, reporter });
  try {
    const { point, chain } = await openPoint(composed.parts, config, signal);
    const [given] = words;
    const bytes =
      given === undefined
        ? wholeTar(chain.at(-1), signal)
        : content(
            composed.parts,
            await find(chain, relativePath(given, chain.at(-1)?.manifest.source), signal),
            signal,
          );
    let count = 0;
    for await (const piece of bytes) {
      count += piece.length;
      await data(piece);
    }
    return {
      summary: { action: 'cat', state: 'succeeded', exitCode: 0, backup: point.backup.id, bytes: count },
      lines: [],
    };
  } finally {
    await composed.close();
  }
}

// Two zero blocks end a tar; the stored stream goes without, so that streams can be joined.
const END_OF_ARCHIVE = Buffer.alloc(1024);

async function* wholeTar(reader: BackupReader | undefined, signal: AbortSignal): AsyncGenerator<Buffer> {
  // Written before the next piece is asked for.
  if (reader) yield* reader.lentStream(signal);
  yield END_OF_ARCHIVE;
}

function content(
  { engine }: Parts,
  { entry, reader }: LiveEntry,
  signal: AbortSignal,
): AsyncIterable<Buffer> {
  return engine.content(reader.bytes([{ start: entry.at, end: entry.at + entry.span }], signal), signal);
}

/** The file itself, also when the path is one of several hard links to it. */
async function find(chain: Chain, path: string, signal: AbortSignal): Promise<LiveEntry> {
  const tree = new LiveTree(chain);
  const wanted = Object.assign((candidate: string) => candidate === path, { roots: [path] });
  for await (const live of tree.walk(wanted, signal)) {
    if (live.ancestor) continue;
    if (live.entry.type === 'file') return live;
    if (live.entry.type === 'hardlink') return linked(live, signal);
    throw new Failure('backup.not-a-file', `"${path}" is a ${live.entry.type}`, { path });
  }
  tree.refuseHoles();
  const skipped = tree.notices.find((notice) => notice.path === path && notice.state === 'skipped');
  if (skipped) throw neverRead(skipped);
  throw new Failure('backup.path-missing', `there is no "${path}" in this backup`, { path });
}

function neverRead({ path, reason, harmless }: Notice): Failure {
  const why = harmless ? reason : `it could not be read then (${reason})`;
  const message = `"${path}" is not in this backup: ${why}`;
  return new Failure('backup.path-missing', message, { path, reason });
}

async function linked({ entry: link, reader }: LiveEntry, signal: AbortSignal): Promise<LiveEntry> {
  for await (const line of reader.catalogue(signal)) {
    if (line.kind === 'entry' && line.entry.path === link.link && line.entry.type === 'file')
      return { entry: line.entry, reader };
  }
  throw new Failure('backup.not-a-file', `"${link.path}" is not linked to a regular file`, {
    path: link.path,
  });
}
