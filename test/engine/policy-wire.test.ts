import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import type { Dataset } from '../../src/engine/engine-ports.ts';
import { receiving, sending } from '../../src/engine/policy-wire.ts';
import type { EngineApi } from '../../src/engine/protocol.ts';
import { condensed } from '../../src/grpo/condensed.ts';
import { PolicyLayer } from '../../src/grpo/policy.ts';
import type { HintEvent, PolicyHint } from '../../src/grpo/types.ts';
import { STARTER } from '../views/fixture.ts';
import { portsFor, shopDataset } from './scenario.ts';
import { shopFiles } from './shop-files.ts';

let shop: Dataset;

/** The hints of the engine itself, asked for in its own thread. */
const own = async (engine: Engine): Promise<readonly PolicyHint[]> => (await engine.policyAt(Infinity)).hints;

beforeAll(async () => {
  shop = await shopDataset(shopFiles());
});

describe('what crosses to the page', () => {
  it('is the events since, from which the page has the same hints', async () => {
    const engine = new Engine(portsFor(shop));
    const sent = sending<EngineApi>(engine);
    const wire = new Proxy(sent, {
      get:
        (target, name) =>
        async (...given: unknown[]) => {
          const call = Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>;
          const crossed = structuredClone(await call(...given));
          expect(name === 'advance' && 'hints' in (crossed as object)).toBe(false);
          return crossed;
        },
    });
    const page = receiving<EngineApi>(wire);
    await page.open({ seed: 1 });
    for (let i = 0; i < 4; i++) {
      const { hints, stepCount } = await page.advance({ steps: 3, budgetMs: 1e9 });
      expect([stepCount, hints]).toEqual([3 * (i + 1), await own(engine)]);
    }
    const key = (await own(engine))[0]?.key ?? '';
    expect((await page.editHint(key, { enabled: false })).hints).toEqual(await own(engine));
    expect((await page.reset({ seed: 2 })).hints).toEqual([]);
    expect((await page.advance({ steps: 2, budgetMs: 1e9 })).hints).toEqual(await own(engine));
    expect((await page.undoReset()).hints).toEqual(await own(engine));
  });

  it('is whole with every run that is shown', async () => {
    const engine = new Engine(portsFor(shop));
    const page = receiving<EngineApi>(sending<EngineApi>(engine));
    await page.open({ seed: 1 });
    await engine.advance({ steps: 2, budgetMs: 1e9 });
    await expect(page.advance({ steps: -1, budgetMs: 1e9 })).rejects.toThrow(RangeError);
    const whole = await page.useSampler({ kind: 'sketch' });
    expect((await page.advance({ steps: 1, budgetMs: 1e9 })).hints).toEqual(await own(engine));
    expect(whole.stepCount).toBe(2);
  });
});

describe('condensed events', () => {
  it('give the same policy, in the same order', () => {
    const act = fc.record({
      does: fc.constantFrom('restore', 'weight', 'switch', 'prune'),
      hint: fc.nat(4),
      value: fc.integer({ min: -9, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), fc.nat(40), (acts, from) => {
        const policy = new PolicyLayer();
        const log: HintEvent[] = [];
        for (const [step, { does, hint, value }] of acts.entries()) {
          const [starter] = STARTER;
          const key = `hint ${hint}`;
          const known = policy.has(key);
          if (does === 'restore' && starter !== undefined)
            log.push(...policy.restore([{ ...starter, key, weight: value }], step, { id: 'other-start' }));
          else if (!known) continue;
          else if (does === 'weight') log.push(...policy.edit(key, { weight: value }, step, 9));
          else if (does === 'switch') log.push(...policy.edit(key, { enabled: value > 0 }, step, 9));
          else
            log.push(
              ...policy.reinstate(
                policy.hints.filter((each) => each.key !== key),
                step,
                { id: 'other-start' },
              ),
            );
        }
        const start = log.slice(0, from);
        const [all, few] = [new PolicyLayer(), new PolicyLayer()];
        for (const event of log) all.apply(event);
        for (const event of [...start, ...condensed(log.slice(from))]) few.apply(event);
        expect(few.hints).toEqual(all.hints);
      }),
    );
  });
});
