import { queryBudget } from '../grpo/derived-settings.ts';
import { hintCredit } from '../lab/hint-credit.ts';
import type { CreditReport } from '../lab/hint-credit.ts';
import { countsText } from '../lab/facts.ts';
import { Judge } from '../lab/judge.ts';
import { makeSketchSampler } from '../samplers/sketch/sketch-sampler.ts';
import { checkOutputs, readText, writeAll } from './files.ts';
import { parseHints } from '../formats/hints-file.ts';
import { configFrom, openInputs } from './inputs.ts';
import { oneOf, UsageError, wholeNumber } from './options.ts';
import type { GivenOptions } from './options.ts';
import { everyTenth, toJson } from './report.ts';
import type { Report } from './report.ts';
import { loadStarter } from './starter.ts';

/** `lab credit`. */
export async function credit(given: GivenOptions, report: Report): Promise<void> {
  const split = oneOf('split', given.one('split') ?? 'held-out', ['held-out', 'train', 'all']);
  const top = wholeNumber('top', given.one('top') ?? '20', 1, 10_000);
  const repeats = wholeNumber('repeats', given.one('repeats') ?? '8', 2, 10_000);
  const seed = wholeNumber('seed', given.one('seed') ?? '1', 0, 2 ** 24);
  const config = configFrom(given);
  const path = given.need('hints');
  const json = given.one('json');
  checkOutputs(json === undefined ? [] : [{ option: 'json', path: json }], [
    given.need('database'),
    given.need('questions'),
    ...(path === 'starter' ? [] : [path]),
  ]);
  const hints = path === 'starter' ? loadStarter() : parseHints(readText(path), path);
  if (!hints.some(({ enabled, weight }) => enabled && weight !== 0))
    throw new UsageError(`${path} has no hint that acts, so there is nothing to give credit to.`);

  const { database, questions, dataset } = await openInputs(given);
  try {
    const chosen = questions.filter((question) => split === 'all' || question.split === split);
    if (!chosen.some(({ sql }) => sql !== undefined))
      throw new UsageError(
        `${given.need('questions')} has no question with gold SQL${split === 'all' ? '' : ` in the split "${split}"`}.`,
      );
    const result = await hintCredit({
      questions: chosen,
      hints,
      top,
      repeats,
      seed,
      acting: config,
      temperature: config.temperature,
      groupSize: config.group_size,
      sampler: makeSketchSampler({ schema: database.schema }),
      judge: new Judge(database, queryBudget(config)),
      onQuestion: (done, all) => {
        if (everyTenth(done, all)) report.progress(`question ${done}/${all}`);
      },
    });
    if (json !== undefined)
      writeAll([
        {
          path: json,
          text: toJson({ format: 'grpo-sql-lab/hint-credit', version: 2, dataset, config, split, seed, ...result }),
        },
      ]);
    for (const line of linesOf(result, split)) report.result(line);
  } finally {
    database.close();
  }
}

function linesOf(
  { credits, questions, facts, repeats, tested, expectedByChance }: CreditReport,
  split: string,
): string[] {
  return [
    ...credits.flatMap(({ weight, description, text }) => [
      `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(2)}  ${description}`,
      `       ${text}`,
    ]),
    `${countsText({ questions, facts })} (${split}), each question answered ${repeats} times, hints left out at random; 95 % intervals over facts. Of ${tested} hints with enough data, chance alone would call up to ${expectedByChance.toFixed(1)} helpful or harmful.`,
  ];
}
