import type { Reference } from '../sql/reference.ts';
import { saysNothing } from '../sql/result-match.ts';

/** Can a result be compared, and is it one that wrong SQL does not return easily? */
export function speaks({ execution }: Reference): boolean {
  return execution.status === 'rows' && !execution.truncated && !saysNothing(execution);
}
