import { chooseRestorePoint, restorePoints, type Backup } from '#domain';
import { Failure, type BackupId } from '#kernel';
import {
  BackupReader,
  listBackups,
  objectsOf,
  openChain,
  openContainer,
  type BackupListing,
  type Container,
  type ListedBackup,
} from '#backup-set';
import type { VerifyOrder } from '../orders.js';
import type { Parts } from '../parts.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { VerifyReport } from '../verify-report.js';
import { CONTAINER, REPORT, TO_VERIFY, VERIFY_ORDER } from './slots.js';

/** Finds what is to be verified, and judges all that manifests alone can tell: damaged ones, broken chains. */
export function verifyChoose(parts: Parts): StepKind {
  return defineStep({
    name: 'verify.choose',
    summary: 'Finds the backups to verify and checks their manifests and chains',
    reads: [VERIFY_ORDER],
    writes: [CONTAINER, TO_VERIFY, REPORT],
    run: async (context) => {
      const order = context.get(VERIFY_ORDER);
      const container = await openContainer(parts.storage, order.unlock, context.signal);
      if (order.readData && container.encrypted) container.master();
      const report = new VerifyReport(parts.clock.now());
      const listing = await listBackups(parts.storage, order, context.signal);
      for (const { placed, folder, failure } of listing.damaged) {
        if (concerns(order, placed.id))
          report.of(placed).findings.push({ thing: `${folder}manifest`, failure });
      }
      const chosen = choose(listing, order, report);
      for (const each of chosen) countObjects(report, each);
      for (const found of chosen) judgeManifest(parts, container, found, listing, report);
      context.set(CONTAINER, container);
      context.set(REPORT, report);
      context.set(TO_VERIFY, chosen);
    },
  });
}

function countObjects(report: VerifyReport, listed: ListedBackup): void {
  const verified = report.of(listed.backup);
  for (const { size } of objectsOf(listed)) {
    verified.ofObjects += 1;
    verified.ofBytes += size;
  }
}

function concerns({ id }: VerifyOrder, backup: BackupId): boolean {
  return id === undefined || backup.startsWith(id);
}

/** Everything, or one backup with all it stands on. A backup without its base is still verified, and reported. */
function choose(
  { listed, backups }: BackupListing,
  { id }: VerifyOrder,
  report: VerifyReport,
): readonly ListedBackup[] {
  if (id === undefined) return [...listed.values()];
  if (report.findings > 0 && !backups.some((backup) => backup.id.startsWith(id))) return [];
  const levels = safeLevels(backups, id);
  return levels.flatMap((backup) => listed.get(backup.id) ?? []);
}

function safeLevels(backups: readonly Backup[], id: string): readonly Backup[] {
  try {
    return chooseRestorePoint(backups, { id }).levels;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'chain.broken') throw error;
    return backups.filter((backup) => backup.id.startsWith(id));
  }
}

function judgeManifest(
  parts: Parts,
  container: Container,
  found: ListedBackup,
  { listed, backups }: BackupListing,
  report: VerifyReport,
): void {
  const point = restorePoints(backups).find(({ backup }) => backup.id === found.backup.id);
  const findings = report.of(found.backup).findings;
  try {
    if (point && !point.whole)
      throw new Failure('chain.broken', point.flaw ?? 'its chain is broken', { backup: found.backup.id });
    if (!container.open) return;
    const deps = { ...parts, container };
    new BackupReader(deps, found);
    openChain(deps, chooseRestorePoint(backups, { id: found.backup.id }), listed);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'corrupt') throw error;
    findings.push({ thing: `${found.folder}manifest`, failure: error });
  }
}
