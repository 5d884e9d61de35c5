/** What the updates after the first on a group met of one completion, in a few signs. */
import { decimal } from '../../charts/format.ts';
import type { Completion } from '../../grpo/types.ts';

/** "ρ 0.71–1.40, 3 cut" of the last update; null of a completion that met one update alone. */
export function ratioText({ updates = [] }: Pick<Completion, 'updates'>): string | null {
  const last = updates.at(-1);
  if (last === undefined || last.ratios.length === 0) return null;
  const [low, high] = [Math.min(...last.ratios), Math.max(...last.ratios)].map((ratio) => decimal(ratio));
  return `ρ ${low === high ? low : `${low}–${high}`}${last.cut.length === 0 ? '' : `, ${last.cut.length} cut`}`;
}
