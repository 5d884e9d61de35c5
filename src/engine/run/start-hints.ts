import { ConfigError, type GRPOConfig } from '../../grpo/config.ts';
import type { StartChoice } from '../../grpo/run-store.ts';
import type { PolicyHint } from '../../grpo/types.ts';
import type { EnginePorts } from '../engine-ports.ts';

/** The hints of a start. Rejects when they cannot be loaded, or weigh more than the settings allow. */
export async function startHints(
  from: StartChoice,
  { weight_limit }: GRPOConfig,
  { loadStarter }: Pick<EnginePorts, 'loadStarter'>,
): Promise<readonly PolicyHint[]> {
  if (from === 'none') return [];
  const hints = await loadStarter();
  const heaviest = Math.max(0, ...hints.map(({ weight }) => Math.abs(weight)));
  if (heaviest > weight_limit)
    throw new ConfigError(
      `The starter policy has weights up to ${heaviest.toFixed(2)}, more than the weight limit of ${weight_limit}. Raise the limit in the settings to start from it.`,
    );
  return hints;
}
