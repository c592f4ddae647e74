import { mkdirSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { formatBytes, formatDuration, formatRate, temporaryRoot } from '#config';
import { comparedTrees, temporaryDirectory, type ComparedTrees } from '#host';
import { Failure, monotonicMs, printable } from '#kernel';
import { table } from '../../process/table.js';
import { runAgent, type AgentSummary } from '../quickstart/agent-process.js';
import { changeTree } from '../quickstart/change-tree.js';
import { copyTree, refuseLackOfSpace, sourceDirectory } from '../quickstart/source.js';

export interface QuickstartOptions {
  readonly directory?: string | undefined;
  /** Leaves the throw-away directory in place. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** One round of the main job: what was stored, and what came back. */
interface Round {
  readonly backup: AgentSummary;
  readonly compared: ComparedTrees;
  readonly restored: AgentSummary;
}

/**
 * The main job on real files, with the agent as its users run it: an encrypted full backup, changes, an increment, both
 * restore points restored into empty directories and compared entry by entry with what they were made of, the container
 * verified. Rejects with `verify.failed` when anything at all is not as it was.
 */
export async function quickstart(options: QuickstartOptions): Promise<void> {
  const { say, signal } = options;
  const source = sourceDirectory(options.directory);
  const place = await temporaryDirectory('firn-quickstart-', temporaryRoot());
  try {
    await refuseLackOfSpace(source, place.path, signal);
    await walk(source, place.path, options);
    if (options.keep) say(`everything is left in ${place.path}`);
  } finally {
    if (!options.keep) await place.remove();
  }
}

async function walk(source: string, place: string, { say, signal }: QuickstartOptions): Promise<void> {
  const began = monotonicMs();
  const data = join(place, 'data');
  const before = join(place, 'before');
  const passFile = join(place, 'passphrase');
  writeFileSync(passFile, `${randomBytes(24).toString('base64')}\n`, { mode: 0o600 });
  const agent = agentIn(place, data, passFile, signal);

  say(`copying ${source} into a throw-away directory`);
  await copyTree(source, data, signal);
  await copyTree(data, before, signal);
  say('full backup (level 0), encrypted');
  const full = await agent.backup();
  const changes = await changeTree(data);
  say(`increment (level 1) after ${changes} changes`);
  const increment = await agent.backup();
  say('restoring both points into empty directories, and comparing');
  const rounds: Round[] = [
    await agent.restore(full, before, join(place, 'restored-0')),
    await agent.restore(increment, data, join(place, 'restored-1')),
  ];
  say('verifying everything that is stored');
  const verified = await agent.verify();

  say('');
  for (const line of tableOf(rounds, verified)) say(line);
  say('');
  for (const line of howToGoOn(began)) say(line);
  conclude(rounds, say);
}

/** The agent's commands, all about one container. */
function agentIn(place: string, data: string, passFile: string, signal: AbortSignal) {
  const where = ['--container', join(place, 'container'), '--encrypt-pass-file', passFile];
  return {
    backup: () =>
      runAgent(['backup', '--path-to-backup', data, '--backup-name', 'quickstart', ...where], signal),
    restore: async (backup: AgentSummary, expected: string, target: string): Promise<Round> => {
      mkdirSync(target);
      const id = String(backup['backup']);
      const restored = await runAgent(
        ['restore', '--backup-id', id, '--restore-abs-path', target, ...where],
        signal,
      );
      return {
        backup,
        restored,
        compared: await comparedTrees(expected, target, { sparse: true, ignoreSockets: true }, signal),
      };
    },
    verify: () => runAgent(['verify', '--read-data', ...where], signal),
  };
}

function tableOf(rounds: readonly Round[], verified: AgentSummary): string[] {
  const good = verified['damaged'] === 0 ? 'yes' : 'NO';
  const rows = rounds.map(({ backup, compared }) => [
    String(backup['level']),
    Number(backup['files']).toLocaleString('en'),
    formatBytes(Number(backup['contentBytes'])),
    formatBytes(Number(backup['storedBytes'])),
    formatRate(Number(backup['streamBytes']), Number(backup['durationMs'])),
    compared.entries.toLocaleString('en'),
    compared.count.toLocaleString('en'),
    good,
  ]);
  return table(['LEVEL', 'FILES', 'BYTES', 'STORED', 'RATE', 'COMPARED', 'DIFFERENT', 'VERIFIED'], rows);
}

function howToGoOn(began: number): string[] {
  return [
    `That took ${formatDuration(monotonicMs() - began)}. To go on with your own data:`,
    '  npx firn-agent backup --path-to-backup /etc --backup-name etc --container /var/backups/firn --encrypt-pass-file FILE',
    '  npx firn-agent list --container /var/backups/firn',
    '  npx firn-agent restore --backup-name etc --container /var/backups/firn --restore-abs-path /tmp/etc --encrypt-pass-file FILE',
    '  npx firn-agent --help',
    '',
  ];
}

function conclude(rounds: readonly Round[], say: (text: string) => void): void {
  const files = rounds.reduce((sum, { compared }) => sum + compared.files, 0);
  const count = rounds.reduce((sum, { compared }) => sum + compared.count, 0);
  for (const { compared } of rounds) {
    for (const { path, what, left, right } of compared.differences.slice(0, 20)) {
      say(`different: ${printable(path)}: ${what}: ${left} became ${right}`);
    }
  }
  say(`restored ${files.toLocaleString('en')} files, ${count} differences`);
  if (count > 0) throw new Failure('verify.failed', `${count} entries came back different`, { count });
}
