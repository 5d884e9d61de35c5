/** The ratios of one completion, decision by decision, and what the clip made of them. */
import { decimal, plural } from '../../charts/format.ts';
import type { GRPOConfig } from '../../grpo/config.ts';
import { cutDecisions, objectiveOf, sequenceRatio } from '../../grpo/objectives/ratios.ts';
import type { Completion, CompletionUpdate } from '../../grpo/types.ts';
import type { Equation, Explanation } from './explanation.ts';

const three = (value: number): string => decimal(value, 3);
const cutOf = ({ ratios, cut }: CompletionUpdate): string =>
  `${cut.length} of ${plural(ratios.length, 'decision')} cut`;

/** Null for a completion that met one update alone. */
export function explainRatio(completion: Completion, config: GRPOConfig): Explanation | null {
  const { updates = [], decisions, advantage, teaches } = completion;
  const last = updates.at(-1);
  if (last === undefined) return null;
  const objective = objectiveOf(config);
  const { low, high } = objective.bounds(config);
  const whole = objective.ratio === 'completion' ? sequenceRatio(last.ratios) : null;
  const number = String(completion.index + 1);
  const equations: Equation[] = [
    ...(whole === null
      ? []
      : [
          {
            name: 's',
            index: number,
            formula: 'exp( Σ ln ρ / number of decisions )',
            values: `exp( ${three(last.ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0))} / ${last.ratios.length} )`,
            result: three(whole),
          },
        ]),
    {
      name: 'cut',
      index: number,
      formula: `${whole === null ? 'ρ' : 's'} beyond the clip, on the side that A pushes to`,
      values: `A = ${decimal(advantage)}, ${low === 0 ? '' : `left alone from ${decimal(low)} `}up to ${decimal(high)}`,
      result: cutOf(last),
    },
  ];
  return {
    title: `Ratios of completion ${number}`,
    lead: `ρ is the probability of a decision before update ${updates.length + 1} on this group, divided by that under the policy that drew it. ${objective.label} ${objective.help}: what is made large is Σ over decisions of ${objective.formula}.`,
    equations,
    heads: ['Decision, and what was chosen', 'Probability now / when drawn', 'Ratio ρ'],
    parts: last.ratios.map((ratio, d) => {
      const { name = '', chosen = '', probability = 0 } = decisions[d] ?? {};
      const isCut = last.cut.includes(d);
      return {
        label: `${name}: “${chosen}”`,
        how: `${three(ratio * probability)} / ${three(probability)}${isCut ? ', cut' : ''}`,
        value: three(ratio),
        sign: isCut ? -1 : 0,
      };
    }),
    notes: [
      'In the first update every ρ is 1.',
      ...(objective.formula.includes('sg(')
        ? ['sg( … ) is taken as a fixed number: it says how much a decision counts, and is not made larger itself.']
        : []),
      ...updates.slice(0, -1).map((update, i) => `Before update ${i + 2}: ${cutOf(update)}.`),
      ...(teaches ? [] : ['This completion does not teach, so nothing of it is cut.']),
    ],
    agrees: updates.every(({ ratios, cut }) => {
      const now = teaches ? cutDecisions(objective, ratios, advantage, config) : [];
      return now.join() === cut.join();
    }),
  };
}
