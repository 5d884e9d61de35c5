/**
 * Logistic regression with a ridge: P(y = 1 | x) = σ(β · x). Pure.
 *
 * β minimises Σ_i w_i · −ln P(y_i | x_i) + ½ λ ‖β − β₀‖² by Newton's method (the same as iteratively reweighted least
 * squares; McCullagh & Nelder, Generalized Linear Models, 1989, §4.4). β₀ is what is believed without these cases, λ
 * how strongly.
 */
import { exp } from '../grpo/portable-math.ts';

export interface Case {
  /** One value a coefficient; the first is 1 where there is an intercept. */
  readonly x: readonly number[];
  readonly right: boolean;
  /** How much it counts, > 0. */
  readonly weight: number;
}

const ROUNDS = 50;
const CONVERGED = 1e-10;

export const sigmoid = (z: number): number => (z >= 0 ? 1 / (1 + exp(-z)) : 1 - 1 / (1 + exp(z)));

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** λ > 0, so that there is one answer. Throws RangeError for a case of another length than `prior`. */
export function fitLogistic(cases: readonly Case[], prior: readonly number[], lambda: number): number[] {
  const size = prior.length;
  if (!(lambda > 0)) throw new RangeError(`The ridge must be above 0, not ${lambda}.`);
  if (cases.some(({ x }) => x.length !== size)) throw new RangeError(`Every case needs ${size} values.`);
  let beta = [...prior];
  for (let round = 0; round < ROUNDS; round++) {
    const gradient = beta.map((value, j) => lambda * (value - (prior[j] ?? 0)));
    const hessian = beta.map((_, j) => beta.map((__, k) => (j === k ? lambda : 0)));
    for (const { x, right, weight } of cases) {
      const p = sigmoid(dot(beta, x));
      const curve = weight * p * (1 - p);
      for (let j = 0; j < size; j++) {
        gradient[j] = (gradient[j] ?? 0) + weight * (p - (right ? 1 : 0)) * (x[j] ?? 0);
        const row = hessian[j] ?? [];
        for (let k = 0; k < size; k++) row[k] = (row[k] ?? 0) + curve * (x[j] ?? 0) * (x[k] ?? 0);
      }
    }
    const move = solve(hessian, gradient);
    beta = beta.map((value, j) => value - (move[j] ?? 0));
    if (move.every((value) => Math.abs(value) < CONVERGED)) break;
  }
  return beta;
}

/** Gaussian elimination with pivots; `matrix` is positive definite, so there is a solution. Both are used up. */
function solve(matrix: number[][], right: number[]): number[] {
  const size = right.length;
  const at = (row: number, column: number): number => matrix[row]?.[column] ?? 0;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(at(row, column)) > Math.abs(at(pivot, column))) pivot = row;
    [matrix[column], matrix[pivot]] = [matrix[pivot] ?? [], matrix[column] ?? []];
    [right[column], right[pivot]] = [right[pivot] ?? 0, right[column] ?? 0];
    for (let row = column + 1; row < size; row++) {
      const factor = at(row, column) / at(column, column);
      for (let k = column; k < size; k++) (matrix[row] as number[])[k] = at(row, k) - factor * at(column, k);
      right[row] = (right[row] ?? 0) - factor * (right[column] ?? 0);
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    let rest = right[row] ?? 0;
    for (let k = row + 1; k < size; k++) rest -= at(row, k) * (solution[k] ?? 0);
    solution[row] = rest / at(row, row);
  }
  return solution;
}
