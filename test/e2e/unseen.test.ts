import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { queryBudget } from '../../src/grpo/derived-settings.ts';
import { fixedPolicy, greedyAnswers } from '../../src/lab/evaluate.ts';
import { Judge } from '../../src/lab/judge.ts';
import { UnseenChoice } from '../../src/lab/unseen.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { portsFor, shopDataset } from '../engine/scenario.ts';
import { shopFiles } from '../engine/shop-files.ts';
import { openSite } from './page.ts';

const site = openSite();
const STEPS = 3;

test(
  'the curve stands at what the policy answers rightly, worked out apart from the page',
  { timeout: 240_000 },
  async () => {
    await site.open();
    const headline = site.page.locator('.learning .main h3');
    const first = site.page.locator('.learning .main figcaption p').filter({ hasText: /^Before the first step:/ });
    await first.waitFor({ timeout: 60_000 });
    for (let i = 0; i < STEPS; i++) await site.step();
    await site.page
      .locator('.learning .main figcaption p')
      .filter({ hasText: new RegExp(`^After step ${STEPS}:`) })
      .waitFor({ timeout: 60_000 });
    const shown = await headline.textContent();

    const shop = await shopDataset(shopFiles());
    const judge = new Judge(shop.database, queryBudget(makeConfig()));
    const questions = (await new UnseenChoice(shop.questions).goOn(judge, () => Promise.resolve(true))) ?? [];
    const engine = new Engine(portsFor(shop));
    await engine.open({});
    const { hints } = await engine.advance({ steps: STEPS, budgetMs: 1e9 });
    const sampler = makeSketchSampler({ schema: shop.database.schema });
    const right = async (policy: ReturnType<typeof fixedPolicy>): Promise<number> =>
      (await greedyAnswers({ questions, sampler, policy, temperature: 1, judge })).filter(Boolean).length;
    expect(shown?.replace(/\s+/g, ' ').trim()).toBe(
      `${await right(fixedPolicy(hints))} of ${questions.length} right on questions it never saw; before training ${await right(fixedPolicy([]))}`,
    );

    // Measured again after a reload: nothing of it is stored.
    await site.page.reload();
    await expect.poll(() => headline.textContent(), { timeout: 60_000 }).toBe(shown);
  },
);
