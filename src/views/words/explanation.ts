/** What can be opened of a step, and what opening it shows. */
import type { RewardComponent } from '../../grpo/types.ts';

/** What can be asked for. */
export type Topic =
  | {
      readonly kind: 'component';
      readonly group: number;
      readonly completion: number;
      readonly component: RewardComponent;
    }
  | { readonly kind: 'total'; readonly group: number; readonly completion: number }
  | { readonly kind: 'spread'; readonly group: number }
  | { readonly kind: 'advantage'; readonly group: number; readonly completion: number }
  | { readonly kind: 'ratio'; readonly group: number; readonly completion: number }
  | { readonly kind: 'change'; readonly key: string }
  | { readonly kind: 'pattern'; readonly pattern: string };

export interface Equation {
  /** Left-hand side and its subscript. */
  readonly name: string;
  readonly index?: string | undefined;
  /** In symbols. */
  readonly formula: string;
  /** The same with the values of this step. */
  readonly values: string;
  readonly result: string;
}

/** One line of what a number is made of; opens its own arithmetic when it has a topic. */
export interface Part {
  readonly label: string;
  readonly how: string;
  readonly value: string;
  readonly sign: -1 | 0 | 1;
  readonly topic?: Topic;
}

export interface Explanation {
  readonly title: string;
  readonly lead: string;
  readonly equations: readonly Equation[];
  readonly parts: readonly Part[];
  /** Over the columns of the parts: label, how, value; absent where they speak for themselves. */
  readonly heads?: readonly [label: string, how: string, value: string];
  readonly notes: readonly string[];
  /** The recorded number, and whether the parts give it. */
  readonly agrees: boolean;
}
