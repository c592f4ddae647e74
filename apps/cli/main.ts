import { requireNode } from '../process/require-node.js';

requireNode();
const { runCli } = await import('./run-cli.js');
process.exitCode = await runCli(process.argv.slice(2));
