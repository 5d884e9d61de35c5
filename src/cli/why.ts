import { ownQuestion, QuestionError } from '../grpo/questions.ts';
import { exp } from '../grpo/portable-math.ts';
import type { OpenDecision, PolicyView } from '../grpo/types.ts';
import { fixedPolicy } from '../lab/evaluate.ts';
import { analyse } from '../linking/analyse.ts';
import { makeSchemaIndex } from '../linking/schema-index.ts';
import { makeSketchSampler } from '../samplers/sketch/sketch-sampler.ts';
import { checkOutputs, writeAll } from './files.ts';
import { configFrom, openDatabase } from './inputs.ts';
import { UsageError } from './options.ts';
import type { GivenOptions } from './options.ts';
import { toJson } from './report.ts';
import type { Report } from './report.ts';
import { chosenHints } from './starter.ts';
import { hintWords } from '../grpo/words/hint.ts';
import { linkedOf, whyLines } from './why-text.ts';
import type { WhyDecision, WhyOption } from './why-text.ts';

/** `lab why`: the greedy answer of the built-in sampler, decision by decision. */
export async function why(given: GivenOptions, report: Report): Promise<void> {
  const config = configFrom(given);
  const json = given.one('json');
  const { hints, path, warning } = chosenHints(given.one('hints'));
  checkOutputs(json === undefined ? [] : [{ option: 'json', path: json }], [
    given.need('database'),
    ...(path === null ? [] : [path]),
  ]);
  const question = askedOf(given.argument);
  const { database, databaseSha256 } = await openDatabase(given.need('database'));
  try {
    if (warning !== null) report.progress(warning);
    const policy = fixedPolicy(hints, config);
    const request = { question, policy, temperature: config.temperature };
    const sampler = makeSketchSampler({ schema: database.schema });
    const decisions = (sampler.decisions?.(request) ?? []).map((one) => decided(one, policy, config.temperature));
    const { sql } = await sampler.greedy({ ...request, random: noChance });
    const linked = linkedOf(analyse(question, makeSchemaIndex(database.schema)));
    if (json !== undefined)
      writeAll([
        {
          path: json,
          text: toJson({
            format: 'grpo-sql-lab/why',
            version: 1,
            dataset: { databaseSha256 },
            config,
            question,
            linked,
            decisions: decisions.map((one) => ({ ...one, options: one.options.map(optionInFile) })),
            sql,
          }),
        },
      ]);
    for (const line of whyLines(linked, decisions, sql)) report.result(line);
  } finally {
    database.close();
  }
}

function askedOf(text: string): string {
  try {
    return ownQuestion(text, []).question;
  } catch (error) {
    throw error instanceof QuestionError ? new UsageError(error.message) : error;
  }
}

function noChance(): never {
  throw new Error('The greedy answer drew a random number.');
}

/** The options by their probability; hints that add nothing are no reason. */
function decided({ name, choice, options }: OpenDecision, policy: PolicyView, temperature: number): WhyDecision {
  const best = Math.max(...options.map(({ base }) => base));
  const weighed = options.map(({ label, base, features }) => {
    const hints = features
      .map((feature) => ({ feature, weight: policy.weightOf(feature.key) }))
      .filter(({ weight }) => weight !== 0)
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
    return { label, base: base - best, hints, logit: hints.reduce((sum, { weight }) => sum + weight, base - best) };
  });
  const top = Math.max(...weighed.map(({ logit }) => logit));
  const chances = weighed.map(({ logit }) => exp((logit - top) / temperature));
  const total = chances.reduce((sum, one) => sum + one, 0);
  const taken = weighed[choice];
  return {
    name,
    chosen: taken?.label ?? '',
    options: weighed
      .map((one, i): WhyOption => ({ ...one, probability: (chances[i] ?? 0) / total }))
      .sort(
        (a, b) => b.probability - a.probability || Number(b.label === taken?.label) - Number(a.label === taken?.label),
      ),
  };
}

function optionInFile({ hints, ...option }: WhyOption): unknown {
  return {
    ...option,
    hints: hints.map(({ feature, weight }) => ({ key: feature.key, weight, words: hintWords(feature, weight) })),
  };
}
