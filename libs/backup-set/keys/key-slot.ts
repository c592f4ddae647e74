import { argon2, randomBytes } from 'node:crypto';
import { z, type ContainerId } from '#kernel';
import { decapsulate, encapsulate } from './recovery-key.js';
import { rawBase64, unwrapKey, wrapKey, wrappedKeySchema } from './wrap.js';

/** What a guess at a passphrase costs (RFC 9106). */
export interface PassphraseCost {
  readonly memoryKiB: number;
  readonly passes: number;
}

/**
 * Three times the passes that OWASP's password storage cheat sheet asks for with 46 MiB; about 0.2 s on a core of 2026. The
 * 64 MiB of RFC 9106 would be the most that an agent with small segments ever takes.
 */
export const DEFAULT_COST: PassphraseCost = { memoryKiB: 47_104, passes: 3 };

const common = {
  format: z.literal(1),
  container: z.string(),
  slot: z.string(),
  created: z.iso.datetime(),
  label: z.string(),
  master: wrappedKeySchema,
};

const SALT_BYTES = 16;
/** The first recommendation of RFC 9106. */
const MAX_MEMORY_KIB = 2_097_152;
/** Eight times the work of the first recommendation: some ten seconds. */
const MAX_WORK_KIB = 8 * MAX_MEMORY_KIB;

// The upper bounds keep a hostile slot file from taking all memory or time of a client that only wants to open it.
const passphraseSlot = z.strictObject({
  ...common,
  kind: z.literal('passphrase'),
  argon2id: z
    .strictObject({
      memoryKiB: z.int().min(8).max(MAX_MEMORY_KIB),
      passes: z.int().min(1),
      salt: rawBase64(SALT_BYTES),
    })
    .refine(
      ({ memoryKiB, passes }) => memoryKiB * passes <= MAX_WORK_KIB,
      'costs more than any passphrase should',
    ),
});

const recoverySlot = z.strictObject({
  ...common,
  kind: z.literal('recovery'),
  publicKey: rawBase64(32),
  ephemeral: rawBase64(32),
});

/** `keys/<slot>.json`: the container's master key, wrapped so that one secret opens it. */
export const keySlotSchema = z.discriminatedUnion('kind', [passphraseSlot, recoverySlot]);
export type KeySlot = z.infer<typeof keySlotSchema>;

export interface NewSlot {
  readonly container: ContainerId;
  readonly label: string;
  readonly now: Date;
}

export async function passphraseSlotFor(
  master: Uint8Array,
  passphrase: string,
  slot: NewSlot,
  cost = DEFAULT_COST,
): Promise<KeySlot> {
  const salt = randomBytes(SALT_BYTES);
  const argon2id = { ...cost, salt: salt.toString('base64') };
  const head = headOf(slot);
  return {
    ...head,
    kind: 'passphrase',
    argon2id,
    master: wrapKey(master, await stretched(passphrase, argon2id), boundTo(head)),
  };
}

export function recoverySlotFor(master: Uint8Array, publicKey: string, slot: NewSlot): KeySlot {
  const { key, ephemeral } = encapsulate(publicKey);
  const head = headOf(slot);
  return { ...head, kind: 'recovery', publicKey, ephemeral, master: wrapKey(master, key, boundTo(head)) };
}

/** A secret that may open a container. */
export type Unlock =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'recovery'; readonly recoveryKey: string };

/** The master key, or `undefined` when the slot is of another kind or another secret. */
export async function openSlot(slot: KeySlot, unlock: Unlock): Promise<Buffer | undefined> {
  if (slot.kind === 'passphrase' && unlock.kind === 'passphrase') {
    return unwrapKey(slot.master, await stretched(unlock.passphrase, slot.argon2id), boundTo(slot));
  }
  if (slot.kind === 'recovery' && unlock.kind === 'recovery') {
    const key = decapsulate(unlock.recoveryKey, slot.ephemeral);
    return key && unwrapKey(slot.master, key, boundTo(slot));
  }
  return undefined;
}

function headOf(slot: NewSlot) {
  return {
    format: 1 as const,
    container: slot.container as string,
    slot: randomBytes(4).toString('hex'),
    created: slot.now.toISOString(),
    label: slot.label,
  };
}

function boundTo(slot: { container: string; slot: string }): string {
  return `firn 1 key slot\n${slot.container}\n${slot.slot}`;
}

/** On the pool of threads: it takes a fifth of a second, in which others can go on. */
function stretched(passphrase: string, cost: PassphraseCost & { salt: string }): Promise<Buffer> {
  const parameters = {
    // Normalised, so that the same passphrase typed on two systems is the same bytes.
    message: Buffer.from(passphrase.normalize('NFC'), 'utf8'),
    nonce: Buffer.from(cost.salt, 'base64'),
    parallelism: 1,
    tagLength: 32,
    memory: cost.memoryKiB,
    passes: cost.passes,
  };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
