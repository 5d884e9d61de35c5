/**
 * Updates 2 … μ on one group (`num_iterations`): its completions once more, under the policy that the updates before
 * have made, each decision weighed by the objective.
 *
 * π_old is the policy that drew the group, at the temperature it was drawn at: of a group that was drawn again hotter,
 * the ratio is that of the hotter policy, which has the same weights. A replayed answer was not drawn, so it has no
 * ratio: it teaches in the first update alone.
 */
import { ConfigError, type GRPOConfig } from './config.ts';
import { cutDecisions, decisionWeights, objectiveOf, ratiosOf } from './objectives/ratios.ts';
import type { Completion, Group, PolicyView, Sampler } from './types.ts';

/** Throws ConfigError where several updates on one group have no meaning for this sampler. */
export function checkIterations({ num_iterations }: GRPOConfig, sampler: Pick<Sampler, 'retrace' | 'label'>): void {
  if (num_iterations > 1 && sampler.retrace === undefined)
    throw new ConfigError(
      `num_iterations is ${num_iterations}, but of “${sampler.label}” no probability is known for each decision, so there is no ratio to the policy that wrote a group. Set num_iterations to 1.`,
    );
}

/**
 * The group as the next update sees it: features under the policy as it is now, `weighed`, and one entry more in the
 * `updates` of each completion that takes part. Draws nothing.
 */
export function retraced(
  group: Group,
  { config, sampler, policy }: { readonly config: GRPOConfig; readonly sampler: Sampler; readonly policy: PolicyView },
): Group {
  const { question, temperature = config.temperature, completions } = group;
  const objective = objectiveOf(config);
  const drawn = completions.filter(isDrawn);
  const ratios = (i: number, now: readonly number[]): number[] =>
    ratiosOf(drawn[i]?.decisions.map(({ probability }) => probability) ?? [], now);
  const found =
    sampler.retrace?.(
      { question, policy, temperature },
      drawn.map(({ choices }) => choices),
      (now, i) => decisionWeights(objective, ratios(i, now), drawn[i]?.advantage ?? 0, config),
    ) ?? null;
  const places = new Map(drawn.map(({ index }, i) => [index, i]));
  return {
    ...group,
    completions: completions.map((completion): Completion => {
      const i = places.get(completion.index) ?? -1;
      const again = found?.[i];
      if (again === undefined) return { ...completion, teaches: false, features: [] };
      const moved = ratios(i, again.probabilities);
      const cut = completion.teaches ? cutDecisions(objective, moved, completion.advantage, config) : [];
      const updates = [...(completion.updates ?? []), { ratios: moved, cut }];
      return { ...completion, features: again.features, updates };
    }),
  };
}

type Drawn = Completion & Required<Pick<Completion, 'choices'>>;

const isDrawn = (completion: Completion): completion is Drawn =>
  completion.replayed !== true && completion.choices !== undefined;
