/** A run that is stored, folded and read again is the run that never was stored. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PolicyLayer } from '../../src/grpo/policy.ts';
import { putHints } from '../../src/grpo/policy-edits.ts';
import type { HintEvent, PolicyHint } from '../../src/grpo/types.ts';
import { MemoryStore } from '../../src/storage/memory-store.ts';
import { hint, record } from './contract.ts';

/** What happens to one of a few hints; `value` is a weight. */
const act = fc.record({
  does: fc.constantFrom('teach', 'edit', 'switch', 'pin', 'drop', 'put'),
  hint: fc.nat(6),
  value: fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, -0, 0.1)),
});
/** A commit: some steps, each with what happens in it; none is an edit by hand. */
const commit = fc.array(fc.array(act, { maxLength: 6 }), { maxLength: 40 });

function happen(
  policy: PolicyLayer,
  acts: readonly { does: string; hint: number; value: number }[],
  step: number,
): HintEvent[] {
  return acts.flatMap(({ does, hint: number, value }) => {
    const key = `hint ${number}`;
    if (!policy.has(key)) return policy.restore([{ ...hint(key), weight: value }], step, { id: 'by-hand' });
    if (does === 'drop')
      return policy.reinstate(
        policy.hints.filter((each) => each.key !== key),
        step,
        { id: 'by-hand' },
      );
    if (does === 'edit') return policy.edit(key, { weight: value }, step, 1);
    if (does === 'pin') return policy.edit(key, { pinned: value > 0 }, step, 1);
    if (does === 'put')
      return putHints(policy, [{ key, hint: { ...hint(key), weight: value } }], step, { id: 'undone' });
    if (does === 'switch') return policy.edit(key, { enabled: value > 0 }, step, 1);
    const known = policy.hints.find((each) => each.key === key) as PolicyHint;
    const evidence = { ...known.evidence, support: known.evidence.support + 1 };
    return policy.restore([{ ...known, evidence, weight: value }], step, { id: 'by-hand' });
  });
}

it('whatever is committed, and however little fits the window', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(commit, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 500, max: 20_000 }),
      async (commits, windowBytes) => {
        const store = new MemoryStore({ windowBytes });
        const policy = new PolicyLayer();
        const at = new Map<number, readonly PolicyHint[]>([[0, []]]);
        let [step, revision] = [0, 0];
        let run = { ...record('r1'), state: { ...record('r1').state, start: {} } };
        await store.begin(run, null);
        for (const steps of commits) {
          const events = steps.flatMap((acts) => {
            step++;
            const made = happen(policy, acts, step);
            at.set(step, policy.hints);
            return made;
          });
          revision++;
          run = {
            ...run,
            revision,
            state: { ...run.state, step, hints: policy.hints, start: policy.start, eventCount: policy.eventCount },
          };
          await store.commit({ run, points: [], steps: [], events });
          expect(await store.current()).toEqual({ run, canUndo: false });
        }
        const [summary] = await store.runs();
        for (const [asked, hints] of at) {
          const found = await store.policyAt('r1', asked);
          expect(found.hints).toEqual(at.get(found.step));
          if (asked >= (summary?.keptFrom ?? 0)) expect(found).toEqual({ step: asked, hints });
        }
      },
    ),
    { numRuns: 40 },
  );
});
