import { parse, z } from '#kernel';
import type { ControlParts } from '../parts.js';

const NAME = 'signing-key';
const KEY_BYTES = 32;
const stored = z.strictObject({ base64: z.string().length(44) });

/** What tokens are signed with: 32 bytes, made at first use, the same for all processes of the platform. Never logged. */
export async function signingKey(parts: Pick<ControlParts, 'metadata' | 'random'>): Promise<Uint8Array> {
  const fresh = { base64: Buffer.from(parts.random(KEY_BYTES)).toString('base64') };
  const kept = await parts.metadata.transaction(async ({ settings }) => {
    const before = await settings.get(NAME, 'lock');
    if (before !== undefined) return before;
    await settings.put(NAME, fresh);
    return fresh;
  });
  return Buffer.from(parse(stored, kept, 'the signing key').base64, 'base64');
}
