import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const PROGRAM = path.join(import.meta.dirname, '../transfer.mjs');

/** The agent sets these for itself before it loads anything. */
const LEAN_HEAP = ['--max-semi-space-size=1', '--semi-space-growth-factor=1', '--no-incremental-marking'];

/** Firn's driver in a process of its own, as the clients are; its start counts, as theirs does. */
export const firn = {
  name: 'firn',
  label: 'Firn',
  version: `Node ${process.versions.node}`,
  put: (place, task) => call('put', place, task),
  get: (place, task) => call('get', place, task),
};

function call(direction, { settings }, { protocol, objects, directory, atOnce, scratch }) {
  const plan = path.join(scratch, 'plan.json');
  const what = { direction, kind: protocol, settings, files: objects.files, directory, atOnce };
  fs.writeFileSync(plan, JSON.stringify(what), { mode: 0o600 });
  return { command: process.execPath, args: [...LEAN_HEAP, PROGRAM, plan] };
}
