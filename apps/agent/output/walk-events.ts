import { printable } from '#kernel';
import type { WorkflowEvent } from '#workflows';
import { counted } from '../../process/counted.js';
import type { Reporter } from './reporter.js';

/** Takes what a workflow tells to the reporter. `totalBytes` helps a backup, which does not know how much is coming. */
export function tellWalk(
  reporter: Reporter,
  totalBytes?: () => number | undefined,
): (event: WorkflowEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'step-started':
        return reporter.event('step-started', { step: event.step }, `${event.step} …`);
      case 'step-ended':
        return reporter.event('step-ended', { step: event.step, state: event.state, ms: event.ms });
      case 'retry-waiting':
        return reporter.warning(
          'retry-waiting',
          { step: event.step, waitMs: event.waitMs },
          `${event.step}: ${event.failure.message}; trying again`,
        );
      case 'undo-started':
        return;
      case 'undo-ended':
        if (event.failure) reporter.warning('undo-failed', { step: event.step }, event.failure.message);
        return;
      case 'step-told':
        return tellStep(reporter, event.name, event.facts, totalBytes);
    }
  };
}

function tellStep(
  reporter: Reporter,
  name: string,
  facts: Readonly<Record<string, unknown>>,
  total?: () => number | undefined,
): void {
  switch (name) {
    case 'progress': {
      const bytes = Number(facts['bytes'] ?? facts['streamBytes'] ?? 0);
      const files = facts['files'] === undefined ? undefined : Number(facts['files']);
      const known = facts['totalBytes'] === undefined ? total?.() : Number(facts['totalBytes']);
      return reporter.progress({ bytes, files, totalBytes: known });
    }
    case 'notice': {
      const { path, state, reason, harmless } = facts;
      const text = `${String(state)}: ${printable(String(path))}: ${String(reason)}`;
      return harmless ? reporter.event('notice', facts, text) : reporter.warning('notice', facts, text);
    }
    case 'backup-damaged':
      return reporter.warning(
        name,
        facts,
        `backup ${String(facts['backup'])} is damaged: ${String(facts['message'])}`,
      );
    case 'backup-unreadable':
      return reporter.event(name, facts, `backup ${String(facts['backup'])}: ${String(facts['message'])}`);
    case 'orphan-left':
      return reporter.event(
        name,
        facts,
        `left the rest of ${String(facts['backup'])}: ${String(facts['message'] ?? facts['reason'])}`,
      );
    case 'cannot-remove':
      return reporter.event(name, facts, cannotRemoveText(facts));
    case 'object-rescued':
      return reporter.warning(name, facts, rescuedText(facts));
    case 'backup-taken-up':
      return reporter.event(name, facts, `going on with ${String(facts['backup'])}, which was interrupted`);
    case 'resume-refused':
      return reporter.event(name, facts, resumeRefusedText(facts));
    case 'set-aside':
      return reporter.event(name, facts, `the next run goes on with what is in "${String(facts['folder'])}"`);
    case 'level-chosen':
      return reporter.event(name, facts, String(facts['reason']));
    case 'orphan-swept':
      return reporter.event(
        name,
        facts,
        `removed the rest of ${String(facts['backup'])}: ${String(facts['reason'])}`,
      );
    default:
      return reporter.event(name, facts, `${name} ${JSON.stringify(facts)}`);
  }
}

function resumeRefusedText(facts: Readonly<Record<string, unknown>>): string {
  const { backup = 'backup', reason } = facts as { readonly backup?: string; readonly reason: string };
  const thing = `the interrupted ${backup}`;
  return `cannot go on with ${thing}: ${reason}; beginning anew`;
}

function cannotRemoveText({ what, folder, message }: Readonly<Record<string, unknown>>): string {
  const thing = what === 'writer-mark' ? 'the mark of its writer' : 'what was stored of it';
  return `${thing} stays in "${String(folder)}" until somebody prunes who may remove it: ${String(message)}`;
}

function rescuedText(facts: Readonly<Record<string, unknown>>): string {
  const { object, backup, message, unnamed } = facts;
  const text = `${String(message)}; made the ${String(object)} of ${String(backup)} anew from the data`;
  if (unnamed === 0) return text;
  return `${text}. The names of ${counted(Number(unnamed), 'file')} that this backup could not read are lost: one that it read in part is restored with zeros`;
}
