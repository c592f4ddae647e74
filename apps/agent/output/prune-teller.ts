import type { RetentionVerdict } from '#domain';
import type { Failure } from '#kernel';
import { heldInWords, type PruneEvent } from '#backup-set';
import { counted } from '../../process/counted.js';
import type { Reporter } from './reporter.js';

/** Tells what `prune` decides and does, and counts it. */
export class PruneTeller {
  readonly #totals = { kept: 0, removed: 0, held: 0, orphans: 0, swept: 0 };
  firstHeld: Failure | undefined;

  constructor(
    private readonly reporter: Reporter,
    private readonly dryRun: boolean,
  ) {}

  get totals(): Readonly<Record<'kept' | 'removed' | 'held' | 'orphans' | 'swept', number>> {
    return this.#totals;
  }

  get lines(): readonly string[] {
    const { kept, removed, held, orphans, swept } = this.#totals;
    const verb = this.dryRun ? 'would be removed' : 'removed';
    return [
      `${counted(removed, 'backup')} ${verb}, ${kept} kept`,
      ...(held > 0 ? [`${counted(held, 'backup')} held by the storage`] : []),
      ...(orphans > 0 ? [`${counted(orphans, 'thing')} of no use, ${swept} ${verb}`] : []),
    ];
  }

  tell(event: PruneEvent): void {
    switch (event.kind) {
      case 'keep':
        this.#totals.kept += 1;
        return this.#verdict('keep', event.verdict);
      case 'remove':
        this.#totals.removed += 1;
        return this.#verdict('remove', event.verdict);
      case 'held':
        return this.#held(event);
      case 'orphan': {
        const { found, state, reason } = event.orphan;
        const facts = { ...found.placed, folder: found.folder, state, reason };
        return this.#orphan(event, facts, found.folder, reason);
      }
      case 'stray': {
        const { key, size, reason } = event.stray;
        return this.#orphan(event, { key, size, reason }, key, reason);
      }
    }
  }

  #verdict(verdict: 'keep' | 'remove', { backup, reasons }: RetentionVerdict): void {
    const text = `${verdict.padEnd(6)} ${backup.id} level ${backup.level} "${backup.name}": ${reasons.join('; ')}`;
    this.reporter.item(verdict, { ...backup, reasons }, text);
  }

  #held({ backup, rest, failure }: Extract<PruneEvent, { kind: 'held' }>): void {
    this.#totals[rest ? 'removed' : 'kept'] += 1;
    this.#totals.held += 1;
    this.firstHeld ??= failure;
    const words = heldInWords(failure);
    const what = rest ? `removed, but some of its objects are ${words}` : words;
    const { until } = failure.context;
    const text = `held   ${backup.id} level ${backup.level} "${backup.name}": ${what}`;
    this.reporter.item('held', { ...backup, reasons: [what], rest, until }, text);
  }

  #orphan(
    { goes, failure }: { goes: boolean; failure?: Failure },
    facts: object,
    thing: string,
    reason: string,
  ): void {
    this.#totals.orphans += 1;
    if (goes) this.#totals.swept += 1;
    this.firstHeld ??= failure;
    const why = failure ? `${reason}; ${heldInWords(failure)}` : reason;
    const text = `${goes ? 'sweep ' : 'leave '} ${thing}: ${why}`;
    this.reporter.item(
      'orphan',
      { ...facts, goes, ...(failure ? { held: heldInWords(failure) } : {}) },
      text,
    );
  }
}
