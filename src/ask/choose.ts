/** Which of a group is the answer. Pure. */
import type { Member } from './evidence.ts';

/**
 * c of total + c · ln π, by which an answer of the built-in sampler is chosen: the likelier of two that the reward
 * cannot tell apart. Measured in docs/answers.md.
 */
export const LIKELIHOOD = 0.02;

/** The group with what it is chosen by. */
export function scoredMembers<T extends Omit<Member, 'score'>>(group: readonly T[]): (T & Member)[] {
  return group.map((member) => ({
    ...member,
    score: member.total === null ? null : member.total + LIKELIHOOD * (member.logProbability ?? 0),
  }));
}

/** How two stand: what has a result before what has none, then by score, then by how many agree; 0 as drawn. */
export function compareMembers(group: readonly Member[]): (a: Member, b: Member) => number {
  const votes = new Map<number, number>();
  for (const { result } of group) if (result !== null) votes.set(result, (votes.get(result) ?? 0) + 1);
  const agreed = ({ result }: Member): number => (result === null ? 0 : (votes.get(result) ?? 0));
  return (a, b) =>
    Number(b.result !== null) - Number(a.result !== null) || difference(b.score, a.score) || agreed(b) - agreed(a);
}

/** The answer; null for none. */
export function chosenOf<T extends Member>(group: readonly T[]): T | null {
  return [...group].sort(compareMembers(group))[0] ?? null;
}

const difference = (a: number | null, b: number | null): number =>
  a === b ? 0 : a === null ? -1 : b === null ? 1 : a - b;
