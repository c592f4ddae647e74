import { hostname } from 'node:os';
import { Failure, withNearest } from '#kernel';
import {
  addPassphrase,
  addRecoveryKey,
  listSlots,
  openContainer,
  removeSlot,
  type KeySlot,
} from '#backup-set';
import type { AgentConfig } from '#config';
import type { Parts } from '#workflows';
import type { ActionContext, ActionResult } from '../action.js';
import { compose, unlockOf } from '../compose.js';
import { table } from '../../process/table.js';

/** Key slots: `list`, `add` (a passphrase), `add recovery`, `remove SLOT`, `recover`. */
export async function key(context: ActionContext<'key'>): Promise<ActionResult> {
  const [verb = 'list', ...words] = context.words;
  const run = verbs[verb as Verb] as KeyVerb | undefined;
  if (!run)
    throw new Failure('input.invalid', `unknown key command ${withNearest(verb, Object.keys(verbs))}`, {
      verb,
    });
  const composed = await compose(context.config, context);
  try {
    return await run(composed.parts, context.config, words, context);
  } finally {
    await composed.close();
  }
}

type KeyVerb = (
  parts: Parts,
  config: AgentConfig<'key'>,
  words: readonly string[],
  context: ActionContext<'key'>,
) => Promise<ActionResult>;
type Verb = 'list' | 'add' | 'remove' | 'recover';

const verbs: Readonly<Record<Verb, KeyVerb>> = {
  list: async ({ storage }, _config, _words, { reporter }) => {
    const container = await openContainer(storage);
    const slots = container.encrypted ? await listSlots(storage, container.id) : [];
    for (const slot of slots) reporter.item('key-slot', shown(slot), '');
    const rows = slots.map(({ slot, kind, label, created }) => [slot, kind, label, created]);
    const lines =
      rows.length > 0
        ? table(['SLOT', 'KIND', 'LABEL', 'CREATED'], rows)
        : ['the container is not encrypted'];
    return succeeded('list', { slots: slots.map(shown) }, lines);
  },

  add: async ({ storage, clock }, config, [kind = 'passphrase']) => {
    const container = await openContainer(storage, unlockOf(config.secrets));
    const options = { label: `${hostname()}, added`, now: clock.now() };
    if (kind === 'recovery') {
      const { slot, recoveryKey } = await addRecoveryKey(storage, container, options);
      return succeeded('add', { slot: slot.slot, kind: slot.kind, recoveryKey }, [
        `slot ${slot.slot}: write this recovery key down and keep it away from this machine; it is not shown again`,
        recoveryKey,
      ]);
    }
    if (kind !== 'passphrase')
      throw new Failure('input.invalid', `a key is a "passphrase" or a "recovery" key, not "${kind}"`, {
        kind,
      });
    container.master();
    const slot = await addPassphrase(storage, container, newPassphrase(config), options);
    return succeeded('add', { slot: slot.slot, kind: slot.kind }, [
      `slot ${slot.slot}: the new passphrase opens the container now`,
    ]);
  },

  remove: async ({ storage }, config, [slot]) => {
    if (slot === undefined) throw new Failure('input.missing-option', 'the slot to remove is not given', {});
    await removeSlot(storage, await openContainer(storage, unlockOf(config.secrets)), slot);
    return succeeded('remove', { slot }, [`slot ${slot} is removed`]);
  },

  recover: async ({ storage, clock }, config) => {
    const { recoveryKey } = config.secrets;
    if (!recoveryKey)
      throw new Failure(
        'input.missing-option',
        'the recovery key is not given: name its file with --recovery-key-file, or set FIRN_RECOVERY_KEY',
        {},
      );
    const container = await openContainer(storage, { kind: 'recovery', recoveryKey: recoveryKey.reveal() });
    const slot = await addPassphrase(storage, container, newPassphrase(config), {
      label: `${hostname()}, recovered`,
      now: clock.now(),
    });
    return succeeded('recover', { slot: slot.slot }, [
      `slot ${slot.slot}: the new passphrase opens the container now`,
    ]);
  },
};

function newPassphrase({ secrets }: AgentConfig<'key'>): string {
  const passphrase = secrets.newPassphrase?.reveal();
  if (passphrase !== undefined) return passphrase;
  throw new Failure(
    'input.missing-option',
    'the new passphrase is not given: name its file with --new-pass-file, or set FIRN_NEW_PASSPHRASE',
    {},
  );
}

function shown({ slot, kind, label, created }: KeySlot): object {
  return { slot, kind, label, created };
}

function succeeded(verb: Verb, facts: object, lines: readonly string[]): ActionResult {
  return { summary: { action: 'key', verb, state: 'succeeded', exitCode: 0, ...facts }, lines };
}
