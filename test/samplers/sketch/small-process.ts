/** Processes of a few nodes, small enough to write down every completion. */
import type { Option, Process } from '../../../src/samplers/sketch/process.ts';

export interface Walked {
  readonly node: number;
  /** The way here: more than the future depends on. */
  readonly path: readonly number[];
}

export interface Node {
  readonly bases: readonly number[];
  readonly coupling: readonly number[] | null;
  /** Node each option leads to; beyond the last node the process ends. */
  readonly next: readonly number[];
}

/**
 * A random directed graph without circles; nodes share the options of the node `sharing` says, where they have as many.
 */
export function processOf(nodes: readonly Node[]): Process<Walked> {
  const options = nodes.map(({ bases }, n) =>
    bases.map((base, i): Option => ({ label: `${n}.${i}`, base, features: [(n * 7 + i) % 11, 11 + ((n + i) % 5)] })),
  );
  return {
    start: { node: 0, path: [] },
    decide({ node, path }) {
      const here = nodes[node];
      return here === undefined
        ? null
        : {
            name: `node ${node}`,
            options: options[node] ?? [],
            coupling: here.coupling,
            next: (choice) => ({ node: here.next[choice] ?? nodes.length, path: [...path, choice] }),
          };
    },
    key: ({ node }) => String(node),
  };
}

export const CHAIN: readonly Node[] = [
  { bases: [0.3, -0.5, 1], coupling: null, next: [1, 1, 2] },
  { bases: [0, 0.4], coupling: [0.5, -0.5], next: [2, 3] },
  { bases: [1, 0, -1, 0.2], coupling: null, next: [3, 3, 3, 3] },
];
