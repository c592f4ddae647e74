import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { MemberCuts, type BegunMember, type Place } from './member-cuts.js';

describe('cuts of a stream', () => {
  const members = fc.array(
    fc.record({
      path: fc.constantFrom('a/x', 'a/y', 'b/x', 'b/c/x', 'z'),
      type: fc.constantFrom('file', 'file', 'file', 'symlink', 'hardlink', 'directory'),
      headers: fc.integer({ min: 1, max: 3 }),
      content: fc.oneof({ weight: 9, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(3000) }),
    }),
    { minLength: 1, maxLength: 60 },
  );

  it('bring every member to one place as a whole, whatever pieces it comes in', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1 });
    fc.assert(
      fc.property(members, sizes, (list, pieces) => {
        const stream: Buffer[] = [];
        const begun: { member: BegunMember; contentAt: number }[] = [];
        let at = 0;
        for (const [n, { path, type, headers, content }] of list.entries()) {
          const end = at + (headers + content) * 512;
          begun.push({ member: { entry: { path, type, at }, end }, contentAt: at + headers * 512 });
          stream.push(Buffer.alloc(end - at, n + 1));
          at = end;
        }
        const whole = Buffer.concat(stream);
        const places = new Map<Place, Buffer[]>();
        const cuts = new MemberCuts();
        for (let from = 0, n = 0; from < whole.length; n += 1) {
          const to = Math.min(from + (pieces[n % pieces.length] ?? 1) * 512, whole.length);
          const now = begun.filter(({ contentAt }) => contentAt > from && contentAt <= to);
          const given = now.map(({ member }) => member);
          for (const { bytes, goes } of cuts.of(whole.subarray(from, to), given))
            places.set(goes, [...(places.get(goes) ?? []), Buffer.from(bytes)]);
          from = to;
        }
        const late = (type: string) => type === 'hardlink' || type === 'directory';
        const expected = (isLate: boolean) => stream.filter((_, n) => late(list[n]?.type ?? '') === isLate);
        const batches = [...places].filter(([place]) => place !== 'late');
        assert.ok(Buffer.concat(places.get('late') ?? []).equals(Buffer.concat(expected(true))));
        assert.ok(
          Buffer.concat(batches.flatMap(([, bytes]) => bytes)).equals(Buffer.concat(expected(false))),
        );
        assert.deepEqual(
          batches.map(([place]) => place),
          batches.map((_, n) => n + (batches[0]?.[0] === 0 ? 0 : 1)),
        );
        const starts = new Set(begun.map(({ member }) => whole[member.entry.at]));
        for (const [, bytes] of batches) assert.ok(starts.has(bytes[0]?.[0]));
      }),
      { numRuns: 200 },
    );
  });

  it('end a batch with its directory, or when it is very long', () => {
    const cuts = new MemberCuts();
    const places = (path: string, count: number, from: number) =>
      Array.from({ length: count }, (_, n) => {
        const at = (from + n) * 512;
        return [...cuts.of(Buffer.alloc(512), [{ entry: { path, type: 'file', at }, end: at + 512 }])][0]
          ?.goes;
      });
    assert.deepEqual(new Set(places('a/x', 300, 0)), new Set([0]));
    assert.deepEqual(new Set(places('b/x', 100, 300)), new Set([1]));
    assert.deepEqual(new Set(places('c/x', 1100, 400)), new Set([1, 2]));
  });
});
