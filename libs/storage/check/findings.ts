import type { StorageProperties } from '../storage-backend.js';
import type { StorageCheck, StorageFinding } from './storage-check.js';

/** What the results mean for backups, in words. */
export function findingsOf(
  { rights, leftover }: Pick<StorageCheck, 'rights' | 'leftover'>,
  { rangeReads, atomicPut }: StorageProperties,
): readonly StorageFinding[] {
  const lacks = (right: keyof typeof rights) => rights[right].state !== 'allowed';
  const isDenied = (right: keyof typeof rights) => rights[right].state === 'denied';
  const candidates: readonly (StorageFinding & { readonly when: boolean })[] = [
    {
      code: 'no-writing',
      when: lacks('put'),
      text: 'cannot put: good for restoring only',
    },
    {
      code: 'append-only',
      when: !lacks('put') && isDenied('delete'),
      text: 'cannot delete: good for an append-only client; prune with another user',
    },
    {
      code: 'no-reading',
      when: lacks('get'),
      text: 'cannot get: backups can be written here, but not restored or verified by this user',
    },
    {
      code: 'no-listing',
      when: lacks('list'),
      text: 'cannot list: restore points cannot be looked up by this user',
    },
    {
      code: 'no-ranges',
      when: !lacks('get') && (!rangeReads || lacks('range')),
      text: 'cannot read ranges: restoring a single file reads whole segments',
    },
    {
      code: 'no-atomic-put',
      when: !atomicPut,
      text: 'cannot put at one stroke: a put that is cut may leave half an object',
    },
    {
      code: 'leftover',
      when: leftover !== undefined,
      text: `the object that was tried with is left: ${leftover?.key ?? ''}`,
    },
  ];
  return candidates.flatMap(({ code, when, text }) => (when ? [{ code, text }] : []));
}
