// Puts the compiled agent into one file, in place: an agent starts for each run, and loading its five hundred modules one
// by one is three quarters of that start. What is compiled again afterwards is the plain module, so nothing gets stale.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const agent = path.join(root, 'dist', 'apps', 'agent');

/** No module of ours does anything when it is loaded, so that a thread gets of a room only what it uses. */
const onlyWhatIsUsed = {
  name: 'only-what-is-used',
  setup(build) {
    build.onResolve({ filter: /^[#.]/ }, async ({ path: name, pluginData, ...options }) => {
      if (pluginData === onlyWhatIsUsed || options.kind === 'entry-point') return undefined;
      const found = await build.resolve(name, { ...options, pluginData: onlyWhatIsUsed });
      const isOurs = found.path.startsWith(path.join(root, 'dist') + path.sep);
      return isOurs ? { ...found, sideEffects: false } : found;
    });
  },
};

/** zod brings its messages in fifty languages, half of its code; ours are English (6 of 110 ms of each start). */
const oneLanguage = {
  name: 'one-language',
  setup(build) {
    build.onLoad({ filter: /zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

const usual = {
  absWorkingDir: root,
  outdir: agent,
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // Only an agent that uses such a storage loads them; some look for files beside themselves.
  external: ['@aws-sdk/*', 'basic-ftp', 'ssh2', 'undici'],
  plugins: [onlyWhatIsUsed, oneLanguage],
  logLevel: 'warning',
};

/** Bundles `dist/apps/agent/run-agent.js`, and the worker threads it starts from files beside itself. */
export async function bundleAgent() {
  const { build } = await import('esbuild');
  fs.rmSync(path.join(agent, 'chunks'), { recursive: true, force: true });
  await build({
    ...usual,
    entryPoints: { 'run-agent': path.join(agent, 'run-agent.js') },
    // What is imported only when it is needed stays in files of its own.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // Packages written for require() find it here.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
  // Each by itself, so that it loads nothing that only the agent needs.
  await build({
    ...usual,
    entryPoints: {
      'framer-worker': path.join(root, 'dist', 'libs', 'pieces', 'framer-worker.js'),
      'scan-worker': path.join(root, 'dist', 'libs', 'engines', 'drivers', 'tar', 'scan', 'scan-worker.js'),
    },
  });
}
