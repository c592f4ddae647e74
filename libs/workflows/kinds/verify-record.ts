import { keepVerification, type Verification } from '#backup-set';
import type { Parts } from '../parts.js';
import type { VerifyOrder } from '../orders.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import type { VerifiedBackup } from '../verify-report.js';
import { REPORT, VERIFY_ORDER } from './slots.js';

/** Keeps the result beside the backups, when that is asked for and the storage takes it. */
export function verifyRecord(parts: Parts): StepKind {
  return defineStep({
    name: 'verify.record',
    summary: 'Keeps the result of the verification in the container',
    reads: [VERIFY_ORDER, REPORT],
    run: async (context) => {
      const order = context.get(VERIFY_ORDER);
      const report = context.get(REPORT);
      if (!order.keepAs) return;
      const times = { startedAt: report.startedAt, finishedAt: parts.clock.now() };
      const { program } = order.keepAs;
      const bySeries = Map.groupBy(report.backups, (each) => JSON.stringify([each.hostname, each.name]));
      for (const backups of bySeries.values()) {
        const [{ hostname, name }] = backups as [VerifiedBackup];
        const verification: Verification = {
          ...{ hostname, name, program, ...times, scope: scopeOf(order) },
          ...(order.sample ? { sample: sampleOf(order.sample) } : {}),
          backups: backups.map((each) => shareOf(each)),
        };
        const random = parts.random(4);
        report.notKept ??= await keepVerification(parts.storage, verification, random, context.signal);
      }
    },
  });
}

function scopeOf({ readData, sample }: VerifyOrder): Verification['scope'] {
  return sample ? 'sample' : readData ? 'data' : 'digests';
}

function sampleOf({ wish, wanted, seed }: NonNullable<VerifyOrder['sample']>): Verification['sample'] {
  return wish.kind === 'part' ? { wanted } : { wanted, seed };
}

function shareOf(verified: VerifiedBackup): Verification['backups'][number] {
  const { id, objects, ofObjects, bytes, ofBytes, findings, lost } = verified;
  return {
    backup: id,
    ...{ objects, ofObjects, bytes, ofBytes },
    ...{ findings: findings.length, lost: lost.length },
  };
}
