/** The KL from the policy the run started from, as it stands in tables and stories. */
import { decimal } from '../../charts/format.ts';
import type { StartKl } from '../../grpo/types.ts';

const within = (value: number | null, error: number | null): string =>
  value === null ? '–' : `${decimal(value)}${error === null ? '' : ` ± ${decimal(error)}`}`;

/** KL, k1 and k3, each with how well it is known. */
export function startFigures(
  { kl, klSe, k1, k1Se, k3, k3Se }: StartKl,
  isExact: boolean,
): { name: string; text: string }[] {
  return [
    { name: 'KL', text: isExact ? `${decimal(kl)} exact` : within(kl, klSe) },
    { name: 'k1', text: within(k1, k1Se) },
    { name: 'k3', text: within(k3, k3Se) },
  ];
}
