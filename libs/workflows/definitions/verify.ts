import { REPORT, VERIFY_ORDER } from '../kinds/slots.js';
import { verifyChoose } from '../kinds/verify-choose.js';
import { verifyData } from '../kinds/verify-data.js';
import { verifyStoredObjects } from '../kinds/verify-objects.js';
import { verifyPresence } from '../kinds/verify-presence.js';
import { verifyRecord } from '../kinds/verify-record.js';
import type { VerifyOrder } from '../orders.js';
import type { Parts } from '../parts.js';
import { runWorkflow } from '../runner/runner.js';
import { filled } from '../runner/slot.js';
import { stepKinds } from '../runner/step-kind.js';
import type { VerifyReport } from '../verify-report.js';
import type { WorkflowSpec } from '../runner/workflow.js';
import type { WalkOptions } from './backup.js';

export const verifyWorkflow: WorkflowSpec = {
  name: 'verify',
  steps: [
    { id: 'choose', uses: 'verify.choose' },
    { id: 'presence', uses: 'verify.presence' },
    { id: 'objects', uses: 'verify.objects' },
    { id: 'data', uses: 'verify.data' },
    { id: 'record', uses: 'verify.record' },
  ],
};

/** Verifies; resolves with a report also when something is wrong, rejects when it could not be found out. */
export async function runVerify(
  parts: Parts,
  order: VerifyOrder,
  options: WalkOptions,
): Promise<VerifyReport> {
  const kinds = stepKinds(
    [verifyChoose, verifyPresence, verifyStoredObjects, verifyData, verifyRecord].map((make) => make(parts)),
  );
  const { clock, log } = parts;
  const seed = [filled(VERIFY_ORDER, order)];
  const { slots, failure } = await runWorkflow(verifyWorkflow, kinds, { ...options, clock, log, seed });
  if (failure) throw failure;
  return slots.get(REPORT);
}
