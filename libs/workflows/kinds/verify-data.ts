import { asFailure, type Failure } from '#kernel';
import {
  bytesIn,
  openLevel,
  SegmentDigests,
  segmentsOf,
  verifyObjects,
  verifyStream,
  type BackupReader,
  type ListedBackup,
  type Manifest,
  type Rescue,
} from '#backup-set';
import { LARGE_CONTENT, type ReadOptions } from '#engines';
import type { Parts } from '../parts.js';
import { rescueOf } from '../restoring/rescue.js';
import { defineStep, type StepContext, type StepKind } from '../runner/step-kind.js';
import type { VerifiedBackup } from '../verify-report.js';
import { CONTAINER, REPORT, TO_READ, TO_VERIFY, VERIFY_ORDER } from './slots.js';

/** Less is read before a thread has started. */
const WORTH_A_THREAD = 64 << 20;

/**
 * With `--read-data`: digests every segment, opens every frame, reads the stream as its engine does, and compares every
 * entry and digest with the catalogue. With the key at hand, damage found by this or an earlier step is put into names.
 */
export function verifyData(parts: Parts): StepKind {
  return defineStep({
    name: 'verify.data',
    summary: 'Opens all data, compares it with the catalogue, and names what is lost',
    reads: [VERIFY_ORDER, CONTAINER, TO_VERIFY, TO_READ, REPORT],
    run: async (context) => {
      const { readData } = context.get(VERIFY_ORDER);
      if (!context.get(CONTAINER)?.open) return;
      const chosen = context.get(TO_VERIFY);
      const totalBytes = chosen.reduce((sum, { read }) => sum + read.manifest.totals.streamBytes, 0);
      const progress = new Progress(context, totalBytes);
      for (const listed of chosen) {
        const verified = context.get(REPORT).of(listed.backup);
        if (readData) await readAll(parts, listed, context, progress);
        if (verified.findings.length > 0) await nameLost(parts, listed, verified, context);
      }
    },
  });
}

class Progress {
  #bytes = 0;
  constructor(
    private readonly context: StepContext,
    private readonly totalBytes: number,
  ) {}

  add(bytes: number): void {
    this.#bytes += bytes;
    this.context.emit({ name: 'progress', facts: { bytes: this.#bytes, totalBytes: this.totalBytes } });
  }
}

/** The stream, and what its segments' digests are: those that did not pass whole on the way are read by themselves. */
async function readAll(
  parts: Parts,
  listed: ListedBackup,
  context: StepContext,
  progress: Progress,
): Promise<void> {
  const report = context.get(REPORT);
  const { withData } = context.get(TO_READ);
  const digests = new SegmentDigests(listed);
  const failure = await readStream(parts, listed, digests, context, progress);
  for (const [key, result] of digests.verified) if (withData(key)) report.add(result);
  await readLeft(parts, listed, (key) => withData(key) && !digests.verified.has(key), context);
  if (failure) report.of(listed.backup).findings.push({ thing: `${listed.folder}segments`, failure });
}

/** Mostly nothing; all that lies behind a frame that cannot be opened. */
async function readLeft(
  { storage, lanes }: Parts,
  listed: ListedBackup,
  isLeft: (key: string) => boolean,
  context: StepContext,
): Promise<void> {
  const totalBytes = bytesIn(segmentsOf(listed), isLeft);
  let bytes = 0;
  for await (const result of verifyObjects(storage, listed, lanes, context.signal, isLeft)) {
    context.get(REPORT).add(result);
    bytes += result.bytes;
    context.emit({ name: 'progress', facts: { bytes, totalBytes } });
  }
}

async function readStream(
  parts: Parts,
  listed: ListedBackup,
  digests: SegmentDigests,
  context: StepContext,
  progress: Progress,
): Promise<Failure | undefined> {
  const verified = context.get(REPORT).of(listed.backup);
  try {
    const reader = readerOf(parts, listed, context);
    const options = scanOptions(listed.read.manifest);
    const scan = (bytes: AsyncIterable<Uint8Array>) => parts.engine.scan(bytes, options);
    for await (const { bytes, entries } of verifyStream(reader, scan, context.signal, digests)) {
      verified.dataBytes += bytes;
      verified.entries += entries;
      progress.add(bytes);
    }
    for await (const bytes of reader.state(context.signal).open()) progress.add(bytes.length);
    return undefined;
  } catch (error) {
    return corruptOnly(error);
  }
}

/** Of a stream that was cut by its content large files are looked at piece by piece, so that little may be left to digest. */
function scanOptions({ pieces, totals: { streamBytes, files } }: Manifest): ReadOptions {
  const isMostlyLarge = pieces !== undefined && streamBytes >= files * LARGE_CONTENT;
  return { apart: streamBytes >= WORTH_A_THREAD && !isMostlyLarge, smallDigestsOnly: pieces !== undefined };
}

/** Names every entry that a damaged frame belongs to, also when the index is damaged. */
async function nameLost(
  parts: Parts,
  listed: ListedBackup,
  verified: VerifiedBackup,
  context: StepContext,
): Promise<void> {
  try {
    const reader = readerOf(parts, listed, context, rescueOf(parts));
    const all = [{ start: 0, end: listed.read.manifest.totals.streamBytes }];
    const damage = [];
    for await (const range of reader.damageIn(all, context.signal)) damage.push(range);
    if (damage.length === 0) return;
    for await (const line of reader.catalogue(context.signal)) {
      if (line.kind !== 'entry') continue;
      const { at, span, path } = line.entry;
      if (damage.some(({ start, end }) => start < at + span && end > at)) verified.lost.push(path);
    }
  } catch (error) {
    // Without manifest or catalogue nothing can be named; that they are damaged is among the findings.
    const failure = corruptOnly(error);
    if (!verified.findings.some((finding) => finding.failure.message === failure.message)) {
      verified.findings.push({ thing: listed.folder, failure });
    }
  }
}

function readerOf(parts: Parts, listed: ListedBackup, context: StepContext, rescue?: Rescue): BackupReader {
  const container = context.get(CONTAINER);
  if (!container) throw new TypeError('a verification has a container');
  const there = new Map(context.get(TO_VERIFY).map((each) => [each.backup.id, each]));
  return openLevel({ ...parts, container, rescue }, listed, there);
}

function corruptOnly(error: unknown): Failure {
  const failure = asFailure(error);
  if (failure.kind !== 'corrupt') throw failure;
  return failure;
}
