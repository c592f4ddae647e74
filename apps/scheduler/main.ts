import { requireNode } from '../process/require-node.js';
import { leanHeap } from './lean-heap.js';

requireNode();
leanHeap();
const { runScheduler } = await import('./run-scheduler.js');
// Agents that go on are no reason to stay.
process.exit(await runScheduler(process.argv.slice(2)));
