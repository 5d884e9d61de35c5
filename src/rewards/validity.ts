import type { RewardReason, RewardScore } from '../grpo/types.ts';
import { explainSyntax } from '../sql/explain.ts';
import { loadParser, type ParserObjection } from '../sql/parse.ts';
import { compiled, messageOf, reason, scoreOf, type Completed } from './score.ts';

const MISSING = /no such (column|table): "?([^"]+)"?/i;
const AMBIGUOUS = /ambiguous column name/i;

/**
 * The parser, when one of these completions has to be explained by it; null when none has, or it could not be loaded:
 * it explains, and what it explains is scored all the same.
 */
export async function parserFor(
  completions: readonly Pick<Completed, 'sql' | 'execution'>[],
): Promise<ParserObjection | null> {
  const wanted = completions.some(
    ({ sql, execution }) =>
      execution.status === 'invalid' &&
      sql.trim() !== '' &&
      !MISSING.test(execution.error ?? '') &&
      !AMBIGUOUS.test(execution.error ?? '') &&
      explainSyntax(sql, execution.errorOffset) === null,
  );
  return wanted ? loadParser().catch(() => null) : null;
}

/**
 * Does SQLite compile it as exactly one statement that only reads? +1 if so, or if only a number of the sandbox stands
 * in its way; −0.5 when only a name is wrong; −1
 * otherwise. The verdict is SQLite's alone. Tokens, parser and schema add explanations, which give and take no points.
 *
 * @param parser from `parserFor`, for a completion that needs one; without it there is one explanation less
 */
export function validityReward(
  { sql, structure, execution, schema }: Completed,
  parser: ParserObjection | null = null,
): RewardScore {
  if (sql.trim() === '') return scoreOf([reason(-1, 'no-sql-in-answer')]);
  if (execution.status === 'over-limit') return scoreOf([reason(1, 'reads-at-length')]);
  if (compiled(execution)) return scoreOf([reason(1, 'compiles')]);
  const message = messageOf(execution);
  if (execution.status === 'refused') return scoreOf([reason(-1, 'refused', ...message)]);
  const missing = MISSING.exec(execution.error ?? '');
  if (missing || AMBIGUOUS.test(execution.error ?? '')) {
    const reasons = [reason(-0.5, 'name-unknown', ...message)];
    const nearest = missing ? suggestion(missing[1] === 'table' ? 'table' : 'column', missing[2] ?? '') : null;
    return scoreOf(nearest ? [...reasons, nearest] : reasons);
  }
  const reasons = [reason(-1, 'not-compiled', ...message)];
  const explanation = explainSyntax(sql, execution.errorOffset) ?? parser?.(sql);
  if (explanation) reasons.push({ ...explanation.message, points: 0 });
  return scoreOf(reasons);

  function suggestion(kind: 'table' | 'column', written: string): RewardReason | null {
    const name = written.split('.').at(-1) ?? written;
    const inUse = new Set(structure.tables.map((table) => table.name));
    const tables = schema.tables.filter((table) => inUse.has(table.name));
    const names =
      kind === 'table'
        ? schema.tables.map((table) => table.name)
        : (tables.length > 0 ? tables : schema.tables).flatMap((table) =>
            table.columns.map((column) => `${table.name}.${column.name}`),
          );
    const near = nearestName(name, names);
    if (near !== null) return reason(0, 'name-meant', near);
    const elsewhere =
      kind === 'column'
        ? schema.tables.find((table) =>
            table.columns.some((column) => column.name.toLowerCase() === name.toLowerCase()),
          )
        : undefined;
    return elsewhere ? reason(0, 'column-elsewhere', name, elsewhere.name) : null;
  }
}

/**
 * The name least different from `written`, comparing the part behind the dot; null when all differ by more than a
 * third.
 */
export function nearestName(written: string, names: readonly string[]): string | null {
  const plain = (name: string): string => (name.split('.').at(-1) ?? name).toLowerCase();
  let best: { name: string; distance: number } | null = null;
  for (const name of names) {
    const distance = editDistance(written.toLowerCase().slice(0, 60), plain(name).slice(0, 60));
    if (best === null || distance < best.distance) best = { name, distance };
  }
  return best !== null && best.distance <= Math.max(1, Math.floor(written.length / 3)) ? best.name : null;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
