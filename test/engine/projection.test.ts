import { describe, expect, it } from 'vitest';
import { parseHints } from '../../src/formats/hints-file.ts';
import { trainingPool } from '../../src/grpo/questions.ts';
import { makeConfig, presetSettings } from '../../src/grpo/config.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { hintLines, stepLines } from './projection.ts';
import { makeRewards, shopDataset } from './scenario.ts';
import { shopFiles, starterText } from './shop-files.ts';

/**
 * What the runs are held against. Written once; a change that is meant is written anew with `-u`, in a commit that says
 * what moved.
 */
const RUNS = [
  { file: 'shop-reference.txt', steps: 30, seed: 7, config: makeConfig(), starter: false },
  {
    file: 'shop-tuned-gold.txt',
    steps: 12,
    seed: 11,
    config: makeConfig({ ...presetSettings('tuned'), quality_weight: 0, format_weight: 0, gold_weight: 1 }),
    starter: true,
  },
];

describe('the golden projection', { timeout: 120_000 }, () => {
  it.each(RUNS)('$file', async ({ file, steps, seed, config, starter }) => {
    const files = shopFiles();
    const dataset = await shopDataset(files);
    const trainer = new GRPOTrainer({
      config,
      seed,
      database: dataset.database,
      sampler: makeSketchSampler({ schema: dataset.database.schema }),
      rewards: makeRewards(dataset, () => Promise.resolve(null)),
    });
    if (starter) trainer.startFrom(parseHints(starterText(), 'hints.json'), 'starter');
    const pool = trainingPool(dataset.questions);
    const lines: string[] = [];
    for (let i = 0; i < steps; i++) lines.push(...stepLines(await trainer.runStep(trainer.nextQuestions(pool))));
    dataset.database.close();
    await expect([...lines, '', ...hintLines(trainer.policy.hints), ''].join('\n')).toMatchFileSnapshot(
      `../golden/${file}`,
    );
  });
});
