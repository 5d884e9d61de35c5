import { bestAnswers } from '../ask/best-answers.ts';
import { queryBudget } from '../grpo/derived-settings.ts';
import { evaluate as evaluateQuestions, fixedPolicy } from '../lab/evaluate.ts';
import { ANSWER_RULES, BEST_OF } from '../lab/experiment-types.ts';
import { countsText } from '../lab/facts.ts';
import type { Interval } from '../lab/statistics.ts';
import { makeSketchSampler } from '../samplers/sketch/sketch-sampler.ts';
import { linesOf, measureChoice } from './evaluate-choice.ts';
import { evaluatePools } from './evaluate-pools.ts';
import { evaluationText, ofAnswers, ofChoice, questionsOfChoice } from './evaluation-file.ts';
import type { EvaluationFile, Measured, MeasuredSet } from './evaluation-file.ts';
import { checkOutputs, writeAll } from './files.ts';
import { configFrom, openInputs } from './inputs.ts';
import { oneOf, UsageError, wholeNumber } from './options.ts';
import type { GivenOptions } from './options.ts';
import { datasetName } from './playback.ts';
import { everyTenth } from './report.ts';
import { rewardsFor } from './parts.ts';
import type { Report } from './report.ts';
import { chosenSampler, filesOfSampler } from './samplers.ts';
import { chosenHints, learnedOn } from './starter.ts';
import { MEASURED, measuringConfig } from './teach-choice.ts';

/** `lab evaluate`. */
export async function evaluate(given: GivenOptions, report: Report): Promise<void> {
  const replays = given.one('sampler') === 'replay';
  if (replays && given.has('pool')) return evaluatePools(given, report);
  const poolOnly = ['steps', 'seed'].find((name) => given.has(name));
  if (poolOnly !== undefined) throw new UsageError(`--${poolOnly} needs --pool: otherwise nothing is trained.`);
  const split = oneOf('split', given.one('split') ?? 'held-out', ['held-out', 'train', 'all']);
  const seeds = wholeNumber('seeds', given.one('seeds') ?? String(replays ? MEASURED.seeds : 3), 1, 1000);
  const rule = oneOf('answer', given.one('answer') ?? 'greedy', ANSWER_RULES);
  if (rule === 'best' && (given.one('sampler') ?? 'sketch') !== 'sketch')
    throw new UsageError(
      '--answer best is of the built-in sampler: the completions of others are chosen among anyway.',
    );
  const config = replays ? measuringConfig(given) : configFrom(given);
  const json = given.one('json');
  const choice = await chosenSampler(given, report);
  if (choice.kind === 'recording')
    throw new UsageError('A recorded run answers the questions of its steps alone: it cannot be evaluated.');
  const { hints, sources, from, path, warning } = chosenHints(given.one('hints') ?? (replays ? 'none' : undefined));
  checkOutputs(json === undefined ? [] : [{ option: 'json', path: json }], [
    given.need('database'),
    given.need('questions'),
    ...filesOfSampler(choice),
    ...(path === null ? [] : [path]),
  ]);

  const inputs = await openInputs(given);
  const { database, questions } = inputs;
  try {
    const chosen = questions.filter((question) => split === 'all' || question.split === split);
    if (!chosen.some((question) => question.sql !== undefined))
      throw new UsageError(
        `${given.need('questions')} has no question with gold SQL${split === 'all' ? '' : ` in the split "${split}"`}.`,
      );
    for (const line of [warning, learnedOn({ hints, sources })]) if (line !== null) report.progress(line);
    const save = ({ way, sampler, groupSize, withoutCompletions, measured, perQuestion }: Outcome): void => {
      if (json === undefined) return;
      const about = { hints: hints.length, hintsFrom: from, taught: null, withoutCompletions };
      const set = { name: datasetName(given.need('database')), dataset: inputs.dataset, ...about };
      const sets = [{ ...set, ...measured, perQuestion }];
      const file = { way, sampler, split, groupSize, seeds, config, training: null, ...measured, sets };
      writeAll([{ path: json, text: evaluationText(file) }]);
    };
    if (choice.kind !== 'sketch') {
      const { evaluation, ...about } = await measureChoice(
        { choice, inputs, questions: chosen, hints: fixedPolicy(hints, config), config, seeds },
        report,
      );
      save({
        way: 'choice',
        sampler: about.sampler,
        groupSize: evaluation.groupSize,
        withoutCompletions: about.withoutCompletions,
        measured: ofChoice(evaluation),
        perQuestion: questionsOfChoice(evaluation),
      });
      report.result(
        `${countsText(evaluation)} (${split}), ${hints.length} hints, completions by ${about.sampler.label}.`,
      );
      for (const line of linesOf(evaluation, hints.length)) report.result(line);
      return;
    }
    const sampler = makeSketchSampler({ schema: database.schema });
    const policy = fixedPolicy(hints);
    const evaluation = await evaluateQuestions({
      ...(rule === 'best'
        ? { answer: bestAnswers({ sampler, database, rewards: rewardsFor(database), config })(policy) }
        : {}),
      questions: chosen,
      database,
      seeds,
      sampler,
      policy,
      temperature: config.temperature,
      groupSize: config.group_size,
      budget: queryBudget(config),
      onQuestion: (done, all) => {
        if (everyTenth(done, all)) report.progress(`question ${done}/${all}`);
      },
    });
    const { perQuestion, ...measured } = ofAnswers(evaluation, rule);
    const { id, label } = sampler;
    save({
      way: 'answers',
      sampler: { id, label },
      groupSize: evaluation.groupSize,
      withoutCompletions: 0,
      measured,
      perQuestion,
    });
    const { greedy, pass1, passG, groupSize, weakGold } = evaluation;
    report.result(
      `${countsText(evaluation)} (${split}), ${from === 'starter' ? `the starter policy’s ${hints.length}` : hints.length} hints: ${rule === 'best' ? `best of ${BEST_OF}` : 'greedy'} ${percent(greedy)}, pass@1 ${percent(pass1)}, pass@${groupSize} ${percent(passG)}.${weakGold > 0 ? ` The gold SQL of ${weakGold} returns nothing, 0 or NULL: wrong SQL matches those easily.` : ''}`,
    );
  } finally {
    database.close();
  }
}

/** What one set of questions came to. */
interface Outcome extends Pick<EvaluationFile, 'way' | 'sampler' | 'groupSize'> {
  readonly measured: Measured;
  readonly withoutCompletions: number;
  readonly perQuestion: MeasuredSet['perQuestion'];
}

function percent({ accuracy, low, high }: Interval): string {
  const whole = (share: number): string => (100 * share).toFixed(0);
  return `${whole(accuracy)} % (${whole(low)}–${whole(high)})`;
}
