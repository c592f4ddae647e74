import { requireNode } from '../process/require-node.js';
import { leanHeap } from './lean-heap.js';

requireNode();
leanHeap();
const { runApi } = await import('./run-api.js');
process.exitCode = await runApi(process.argv.slice(2));
