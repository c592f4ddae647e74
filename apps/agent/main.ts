import { requireNode } from '../process/require-node.js';
import { leanHeap, steadyHeap } from './lean-heap.js';
import { sizeThreadPool } from './thread-pool.js';

requireNode();
sizeThreadPool();
leanHeap();
const { runAgent } = await import('./run-agent.js');
steadyHeap();
process.exitCode = await runAgent(process.argv.slice(2));
