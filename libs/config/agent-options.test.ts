import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { AGENT_ACTIONS, agentOptionList, optionsFor, variableOf } from '#config';

describe('the options of the agent', () => {
  for (const option of agentOptionList) {
    it(`${option.name} is described whole`, () => {
      assert.equal(
        option.key,
        option.name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      );
      assert.match(option.name, /^[a-z]+(-[a-z]+)*$/);
      assert.doesNotMatch(option.help, /\n|\.$|^[A-Z]/);
      assert.ok(option.actions.length > 0);
      const sure = [...option.requiredFor, ...option.defaultFor];
      assert.ok(sure.every((action) => option.actions.includes(action)));
      assert.equal(option.default !== undefined, option.defaultFor.length > 0);
      const always = option.requiredFor.length > 0 && !option.help.includes('default');
      assert.ok(always || /\(default .+\)/.test(option.help), 'the help names the default');
    });
  }

  it('have names that nobody shares', () => {
    const names = agentOptionList.flatMap((each) => [
      each.name,
      ...(each.aliases ?? []),
      ...(each.opposites ?? []),
    ]);
    const letters = agentOptionList.flatMap((each) => (each.short === undefined ? [] : [each.short]));
    assert.equal(new Set(names).size, names.length);
    assert.equal(new Set(letters).size, letters.length);
  });

  it('have defaults that they would accept themselves', () => {
    const facts = { hostname: 'web1', temporaryRoot: '/tmp', cacheRoot: '/var/cache/firn', processors: 64 };
    for (const option of agentOptionList) {
      const value = option.default?.(facts);
      if (value === undefined || option.key === 'priority') continue;
      assert.deepEqual(option.schema.parse(value), value, option.name);
    }
    assert.equal(agentOptionList.find((each) => each.key === 'concurrency')?.default?.(facts), 8);
  });

  it('are known for every action', () => {
    for (const action of AGENT_ACTIONS) assert.ok(optionsFor(action).some((option) => option.key === 'json'));
    assert.ok(!optionsFor('exec').some((option) => option.key === 'container'));
  });

  it('have a variable each', () => assert.equal(variableOf('path-to-backup'), 'FIRN_PATH_TO_BACKUP'));
});
