/** A lesson's run without a page: what the policy answers rightly on the held-out questions while it learns. */
import { openFiles } from '../../src/cli/inputs.ts';
import { rewardsFor } from '../../src/cli/parts.ts';
import { makeConfig, type GRPOConfig } from '../../src/grpo/config.ts';
import { queryBudget } from '../../src/grpo/derived-settings.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import { SHIPPED } from '../../src/engine/data/shipped.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { fixedPolicy } from '../../src/lab/evaluate.ts';
import { Judge } from '../../src/lab/judge.ts';
import type { RunLesson } from '../../src/lessons/lesson.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';

export interface Curve {
  /** Right greedy answers to the held-out questions, at step 0 and every `every` steps. */
  readonly right: readonly number[];
  /** Which of them, each time. */
  readonly answers: readonly (readonly boolean[])[];
  readonly of: number;
  readonly hints: number;
  /** Mean reward of every step. */
  readonly rewards: readonly (number | null)[];
}

/** What the lesson's own buttons change of the settings, and after which step. */
function changesOf({ screens }: RunLesson): { readonly after: number; readonly settings: Partial<GRPOConfig> }[] {
  let after = 0;
  return screens.flatMap(({ until, press }) => {
    after = until ?? after;
    return press?.settings === undefined ? [] : [{ after, settings: press.settings }];
  });
}

export const filesOf = ({ dataset }: RunLesson): { database: string; questions: string } => {
  const home = SHIPPED.find(({ name }) => name === dataset)?.database ?? dataset;
  return {
    database: `public/datasets/${home}/db.sqlite`,
    questions: `public/datasets/${dataset}/questions.json`,
  };
};

/** The curves of a lesson, one for each seed. */
export async function curvesOf(lesson: RunLesson, seeds: readonly number[], every: number): Promise<Curve[]> {
  const files = filesOf(lesson);
  const { database, questions } = await openFiles(files.database, files.questions);
  const sampler = makeSketchSampler({ schema: database.schema });
  const config = makeConfig(lesson.settings);
  const changes = changesOf(lesson);
  const judge = new Judge(database, queryBudget(config));
  const training = questions.filter(({ split }) => split === 'train');
  const heldOut = questions.filter(({ split }) => split === 'held-out');
  try {
    const curves: Curve[] = [];
    for (const seed of seeds) {
      const trainer = new GRPOTrainer({
        config,
        sampler,
        database,
        rewards: rewardsFor(database),
        seed,
        distribution: false,
      });
      const measure = async (): Promise<boolean[]> => {
        const policy = fixedPolicy(trainer.policy.hints, config);
        const right: boolean[] = [];
        for (const question of heldOut) {
          const request = { question: question.question, policy, temperature: config.temperature };
          const { sql } = await sampler.greedy({ ...request, random: seededRandom(1).next });
          right.push((await judge.areRight(question, [sql]))[0] === true);
        }
        return right;
      };
      const answers = [await measure()];
      const rewards: (number | null)[] = [];
      for (let step = 1; step <= lesson.steps; step++) {
        rewards.push((await trainer.runStep(trainer.nextQuestions(training))).metrics.rewardMean);
        for (const { after, settings } of changes)
          if (after === step) trainer.configure(makeConfig({ ...trainer.config, ...settings }));
        if (step % every === 0) answers.push(await measure());
      }
      const right = answers.map((of) => of.filter(Boolean).length);
      curves.push({ right, answers, of: heldOut.length, hints: trainer.policy.size, rewards });
    }
    return curves;
  } finally {
    database.close();
  }
}
