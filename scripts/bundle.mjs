// Puts the compiled agent into one file, in place: an agent starts for each run, and loading its five hundred modules one
// by one is three quarters of that start. What is compiled again afterwards is the plain module, so nothing gets stale.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const agent = path.join(root, 'dist', 'apps', 'agent');

/** Bundles `dist/apps/agent/run-agent.js`, and the worker threads it starts from files beside itself. */
export async function bundleAgent() {
  const { build } = await import('esbuild');
  fs.rmSync(path.join(agent, 'chunks'), { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: {
      'run-agent': path.join(agent, 'run-agent.js'),
      'framer-worker': path.join(root, 'dist', 'libs', 'pieces', 'framer-worker.js'),
    },
    outdir: agent,
    allowOverwrite: true,
    bundle: true,
    // What is imported only when it is needed stays in files of its own.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Packages written for require() find it here.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'warning',
  });
}
