/** Decisions on columns compared with columns, and on what a share is a share of. */
import { plain, type Choice, type Ground, type StageOffer } from './choices.ts';
import { naming, structural } from './features.ts';
import { comparedColumns } from './relations.ts';
import { addCondition, advance, type Context } from './state.ts';

/** Pairs of columns that one question may compare. */
const MOST_PAIRS = 4;

/** "whose cost is above the budget": one column against another of its row. */
export function columnsCompared({ analysis, index, candidates }: Ground): StageOffer | null {
  const pairs = comparedColumns(analysis, index).slice(0, MOST_PAIRS);
  if (pairs.length === 0) return null;
  return {
    name: 'columns compared',
    key: 'columns compared',
    make: () => [
      plain('no columns compared', [structural('no column compared with another')], 0.6),
      ...pairs.flatMap(({ first, second, operator }) =>
        (['>', '<'] as const).map((sign): Choice => {
          const [on, value] = [candidates.expressionOf(first), candidates.expressionOf(second)];
          return {
            label: `${on.text} ${sign} ${value.text}`,
            tables: on.tables,
            score: sign === operator ? 2.4 : 0,
            patterns: [
              structural(`WHERE … ${sign} another column`),
              naming(`WHERE ${on.text} ${sign} ${value.text}`, on.tables),
            ],
            apply: (state) => advance(addCondition(state, { on, operator: sign, value, upper: null })),
          };
        }),
      ),
    ],
  };
}

/** "What share of the orders from Bonn were late": of all rows, or of those that meet all conditions but the last. */
export function shareOf(_ground: Ground, { conditions }: Context): StageOffer | null {
  if (conditions < 2) return null;
  return {
    name: 'share of',
    key: 'share of',
    make: () => [
      plain('all rows', [structural('share of all rows')], 0.4, { shareOf: 'all' }),
      plain('those of the first conditions', [structural('share of the rows that meet the first conditions')], 0.8, {
        shareOf: 'rest',
      }),
    ],
  };
}
