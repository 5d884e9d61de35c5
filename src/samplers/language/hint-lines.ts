/**
 * The hints of a prompt, as lines. What several hints say is said once, with their weights summed, as the sketch
 * sampler sums them; hints on how something is named are resolved to what this question names so: “Usually also show
 * boat.title.”
 */
import { cueKey, patternKey } from '../../grpo/feature-key.ts';
import type { PolicyHint, PolicyView } from '../../grpo/types.ts';
import { capital } from '../../grpo/words/plain.ts';
import { hintSentence, orderWords } from '../../grpo/words/prompted.ts';
import { slotAction } from '../../grpo/words/links.ts';
import type { SchemaIndex } from '../../linking/schema-index.ts';
import type { QuestionAnalysis } from '../../linking/types.ts';
import { columnPatterns, type Ground } from '../sketch/choices.ts';
import { FeatureTable, linking, type Pattern } from '../sketch/features.ts';
import { factsOf } from '../sketch/frames.ts';
import { groundOf } from '../sketch/ground.ts';

export interface HintLine {
  /** Of the hints it says, the strongest first. */
  readonly keys: readonly string[];
  readonly text: string;
  /** Their sum. */
  readonly weight: number;
}

/** Where a column that the question names may stand. */
const SLOTS = ['SELECT', 'SELECT further', 'SUM', 'AVG', 'MAX', 'MIN', 'GROUP BY', 'ORDER BY', 'sort by'] as const;
/** Weaker than this, how something is named says nothing of what is done with it. */
const LEAST_LINK = 0.4;

/** Lines on this question, the strongest first. `linked`: the tables it points at. */
export function hintLines(
  policy: PolicyView,
  analysis: QuestionAnalysis,
  index: SchemaIndex,
  linked: ReadonlySet<string>,
): HintLine[] {
  const ground = groundOf(analysis, index);
  return [...cuedLines(policy, ground, linked), ...namedLines(policy, ground)].sort(
    (a, b) => Math.abs(b.weight) - Math.abs(a.weight) || ((a.keys[0] ?? '') < (b.keys[0] ?? '') ? -1 : 1),
  );
}

/** Hints without a cue, with a cue the question has, or about tables it points at. */
function cuedLines(policy: PolicyView, ground: Ground, linked: ReadonlySet<string>): HintLine[] {
  const hooks = new Set([
    ...ground.analysis.cues.map(({ key }) => key),
    ...factsOf(ground).map((fact) => cueKey({ kind: 'typed', parts: [fact] })),
  ]);
  const together = new Map<string, PolicyHint[]>();
  for (const hint of policy.hints) {
    const { key, cue, pattern, tables, template } = hint;
    if (template === 'guidance' || template === 'link' || policy.weightOf(key) === 0) continue;
    const holds = cue === null || hooks.has(cueKey(cue));
    if (!holds && !(tables.length > 0 && tables.every((table) => linked.has(table)))) continue;
    // Those whose words the question does not have do not act with the others.
    const place = holds ? patternKey(pattern) : key;
    together.set(place, [...(together.get(place) ?? []), hint]);
  }
  return [...together.values()].flatMap((hints): HintLine[] => {
    const own = byWeight(policy, hints);
    const weight = own.reduce((sum, { key }) => sum + policy.weightOf(key), 0);
    if (weight === 0) return [];
    return [
      {
        keys: own.map(({ key }) => key),
        text: hintSentence(own, weight),
        weight,
      },
    ];
  });
}

const byWeight = (policy: PolicyView, hints: readonly PolicyHint[]): PolicyHint[] =>
  [...hints].sort(
    (a, b) => Math.abs(policy.weightOf(b.key)) - Math.abs(policy.weightOf(a.key)) || (a.key < b.key ? -1 : 1),
  );

/** What the hints on naming come to for each column and table that the question names. */
function namedLines(policy: PolicyView, ground: Ground): HintLine[] {
  const features = new FeatureTable(ground.analysis, factsOf(ground));
  const lineOf = (slot: string, name: string, patterns: readonly Pattern[]): HintLine | null => {
    const links = patterns.filter(({ kind }) => kind === 'link');
    const keys = features
      .of(links)
      .map((at) => features.features[at]?.key ?? '')
      .filter((key) => policy.weightOf(key) !== 0)
      .sort((a, b) => Math.abs(policy.weightOf(b)) - Math.abs(policy.weightOf(a)) || (a < b ? -1 : 1));
    const weight = keys.reduce((sum, key) => sum + policy.weightOf(key), 0);
    const action = slotAction(slot, name);
    return Math.abs(weight) < LEAST_LINK || action === null
      ? null
      : { keys, text: `${capital(orderWords(action, weight))}.`, weight };
  };
  const ranks = new Map(
    [...ground.selectable].sort((a, b) => b.score - a.score).map(({ item }, rank) => [item.text, rank]),
  );
  const columns = ground.selectable
    .filter(({ item }) => ground.candidates.linkTo(item) !== undefined)
    .flatMap(({ item }) => {
      const lines = SLOTS.map((slot) => {
        const rank = slot.startsWith('SELECT') ? (ranks.get(item.text) ?? SLOTS.length) : SLOTS.length;
        return lineOf(slot, item.text, columnPatterns(ground, slot, item, rank));
      });
      // To be shown at all is said once: first, or after others.
      const [first, further, ...rest] = lines;
      const shown = (further?.weight ?? 0) > (first?.weight ?? 0) ? further : first;
      return [shown, ...rest];
    });
  const tables = [...new Set(ground.analysis.tables.map(({ table }) => table))].map((table) => {
    const { traits, span } = ground.candidates.tableTraits(table);
    return lineOf('COUNT(*)', table, [
      linking('COUNT(*)', traits[0] ?? '', span),
      ...traits.slice(1).map((trait) => linking('COUNT(*)', trait)),
    ]);
  });
  return [...columns, ...tables].filter((line) => line != null);
}
