import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { bytesOf, Failure, type FailureCode } from '#kernel';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { BACKUP_ORDER } from './slots.js';

/** Refuses a source that cannot be backed up before anything else is touched. */
export function sourceCheck(): StepKind {
  return defineStep({
    name: 'source.check',
    summary: 'Checks that the source is a directory that may be read',
    reads: [BACKUP_ORDER],
    run: (context) => {
      refuseBadSource(context.get(BACKUP_ORDER).source.root);
      return Promise.resolve();
    },
  });
}

function refuseBadSource(root: string): void {
  const failure = (code: FailureCode, message: string, cause?: unknown) =>
    new Failure(code, message, { source: root }, cause);
  if (!isAbsolute(root)) throw failure('source.not-absolute', `the source "${root}" is a relative path`);
  try {
    if (!statSync(bytesOf(root)).isDirectory())
      throw failure('source.not-a-directory', `the source "${root}" is not a directory`);
    accessSync(bytesOf(root), constants.R_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw failure('source.missing', `there is no source "${root}"`, error);
    if (code === 'EACCES' || code === 'EPERM')
      throw failure('source.unreadable', `the source "${root}" may not be read`, error);
    throw error;
  }
}
