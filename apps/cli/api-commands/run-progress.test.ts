import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { RunView } from '#node-protocol';
import { RunProgress } from './run-progress.js';

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 1, 0, second)).toISOString();

describe('the progress of a run that is watched', () => {
  it('counts from the beginning of the attempt, on a line that is drawn over itself and fits', () => {
    let seen = '';
    let columns = 200;
    const line = new RunProgress(
      (text) => (seen += text),
      () => columns,
    );
    line.show(run(50 << 20));
    assert.equal(
      seen,
      '\r\x1b[2K[############------------]   50%  50.0 MiB of 100.0 MiB  12 files  5.0 MiB/s  10 s left',
    );
    columns = 20;
    seen = '';
    line.show(run(60 << 20));
    assert.equal(seen.length, '\r\x1b[2K'.length + 19);
    seen = '';
    const { progress: _none, ...ended } = run(0);
    line.show(ended);
    line.clear();
    assert.equal(seen, '\r\x1b[2K');
  });

  it('is not told at once where there is no terminal', () => {
    let seen = '';
    const line = new RunProgress((text) => (seen += text), undefined);
    line.show(run(50 << 20));
    line.clear();
    assert.equal(seen, '');
  });
});

function run(bytes: number): RunView {
  return {
    ...{
      id: 'r',
      project: 'p',
      jobId: 'j',
      clientId: 'w',
      occurrence: 'once:1',
      dueAt: at(0),
      jobRevision: 1,
    },
    ...{ state: 'running', fence: 1, leaseUntil: at(59), claimedAt: at(0), startedAt: at(1) },
    attempts: [{ action: 0, does: 'backup', attempt: 2, state: 'running', startedAt: at(20), steps: [] }],
    progress: { action: 0, attempt: 2, bytes, totalBytes: 100 << 20, files: 12 },
    heartbeatAt: at(30),
    ...{ bytesRead: 0, bytesStored: 0, wasLost: false, createdAt: at(0), updatedAt: at(30) },
  };
}
