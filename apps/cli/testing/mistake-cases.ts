import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { exitCodes } from '#kernel';
import { together, type Operator } from './operator.js';

export function mistakeCases(here: () => Operator): void {
  describe('what is written wrongly', () => {
    const cases: readonly (readonly [words: readonly string[], line: string | RegExp])[] = [
      [['joob'], 'input.unknown-option: firn: unknown command "joob" (did you mean "job"?)'],
      [['job', 'lst'], 'input.unknown-option: firn job: unknown command "lst" (did you mean "list"?)'],
      [
        ['job', 'list', '--limti', '3'],
        'input.unknown-option: unknown option "--limti" (did you mean "--limit"?)',
      ],
      [['job', 'list', '--limit', 'ten'], 'input.invalid: --limit: "ten" is not a whole number'],
      [['job', 'list', '--limit', '0'], /^input\.invalid: .*limit/],
      [['job', 'list', '--status', 'donne'], /^input\.invalid: .*status/],
      [['job', 'list', '--limit'], /^input\.missing-option: .*--limit/],
      [['session', 'add', 'one'], "input.invalid: missing required argument 'job'"],
      [['job', 'list', 'extra'], /^input\.invalid: too many arguments/],
      [
        ['job', 'create'],
        'input.missing-option: no document is given: use --file FILE, or --file - for input',
      ],
      [['run', 'watch'], 'input.missing-option: name a run, or a job with --job'],
      [['restore', 'x'], 'input.missing-option: no directory is given: use --target DIR'],
      [['whoami', '--api-url', 'ftp://x'], /^input\.invalid: .*--api-url.*is not an address/],
    ];
    it('is told with the place and the nearest name', async () => {
      await together(cases, async ([words, line]) => {
        const { code, out, err } = await here().firn(words);
        assert.deepEqual([code, out], [exitCodes['invalid-input'], []], words.join(' '));
        if (typeof line === 'string') assert.equal(err[0], line);
        else assert.match(err[0] ?? '', line);
      });
    });

    it('is answered with the commands there are when none is given', async () => {
      for (const words of [[], ['job']]) {
        const { code, err } = await here().firn(words);
        assert.equal(code, 2);
        assert.match(err[0] ?? '', /: no command is given; there is .*(list|login)/);
      }
    });

    it('is a JSON object on standard error with --json', async () => {
      const { code, out, err } = await here().firn(['job', 'show', 'nope', '--json']);
      assert.deepEqual([code, out], [5, []]);
      const { type, code: name, exitCode, hint } = JSON.parse(err.join('\n')) as Record<string, unknown>;
      assert.deepEqual([type, name, exitCode], ['failure', 'job.missing', 5]);
      assert.equal(hint, 'Look up the jobs with "firn job list".');
    });
  });
}
