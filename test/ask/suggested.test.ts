/** What the page suggests to ask is answered rightly, with the hints it ships and with none. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ask } from '../../src/ask/ask.ts';
import { usualSamples } from '../../src/ask/types.ts';
import { openFiles } from '../../src/cli/inputs.ts';
import { rewardsFor } from '../../src/cli/parts.ts';
import { loadStarter } from '../../src/cli/starter.ts';
import { SHIPPED } from '../../src/engine/data/shipped.ts';
import { DEFAULT_CONFIG, DEFAULT_SEED } from '../../src/grpo/config.ts';
import { queryBudget } from '../../src/grpo/derived-settings.ts';
import { fixedPolicy } from '../../src/lab/evaluate.ts';
import { Judge } from '../../src/lab/judge.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { exampleQuestions } from '../../src/views/ask/words.ts';

it.each(SHIPPED)('$name', { timeout: 120_000 }, async ({ name, database: home }) => {
  const folder = (of: string): string => fileURLToPath(new URL(`../../public/datasets/${of}/`, import.meta.url));
  const { database, questions } = await openFiles(`${folder(home ?? name)}db.sqlite`, `${folder(name)}questions.json`);
  const suggested = exampleQuestions(name, questions);
  expect(suggested).toHaveLength(3);
  const judge = new Judge(database, queryBudget(DEFAULT_CONFIG));
  const parts = {
    ...{ sampler: makeSketchSampler({ schema: database.schema }), database, config: DEFAULT_CONFIG },
    rewards: rewardsFor(database),
  };
  for (const hints of [loadStarter(), []]) {
    for (const text of suggested) {
      const question = questions.find((one) => one.question === text);
      const asked = { question: text, samples: usualSamples(false), hints: true, seed: DEFAULT_SEED };
      const { candidates, sure } = await ask(asked, { ...parts, policy: fixedPolicy(hints) });
      expect(question?.sql, text).toBeDefined();
      const right = question && (await judge.areRight(question, [candidates[0]?.sql ?? '']));
      expect(right, `${text} (${hints.length} hints): ${candidates[0]?.sql ?? ''}`).toEqual([true]);
      // A lesson begins with what is not known yet.
      if (home === undefined) expect(sure?.unsure, `${text} (${hints.length} hints)`).toBe(false);
    }
  }
  database.close();
});
