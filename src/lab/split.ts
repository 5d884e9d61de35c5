/** Which questions train and which are held out: by fact, so that no fact stands on both sides. Pure. */
import type { Question, Split } from '../grpo/types.ts';
import { factsOf, tracesOf } from './facts.ts';
import { SIGNIFICANCE } from './paired.ts';

/** Share of the facts that are held out. */
const HELD_OUT = 1 / 3;

/** A question whose side is to be proposed has none. */
export type Unsplit = Omit<Question, 'split'> & { readonly split: Split | null };

/**
 * Gives every question a side. A fact goes where the first question of it stands that has one already; of the others
 * every third is held out, in an order that the texts decide, so that adding questions moves none that are there.
 * `trained`: traces of questions that are gone and may have been trained on; what has one of them trains.
 */
export function proposeSplit(questions: readonly Unsplit[], trained: ReadonlySet<string> = new Set()): Question[] {
  const facts = factsOf(questions.map((question) => ({ ...question, split: question.split ?? 'train' })));
  const sides = new Map<string, Split>();
  const factOf = ({ id }: Unsplit): string => facts.get(id) ?? id;
  for (const question of questions) {
    const fact = factOf(question);
    if (question.split !== null && !sides.has(fact)) sides.set(fact, question.split);
  }
  const open = new Map<string, string>();
  for (const question of questions) {
    const fact = factOf(question);
    if (sides.has(fact)) continue;
    if (tracesOf(question).some((trace) => trained.has(trace))) {
      sides.set(fact, 'train');
      open.delete(fact);
    } else if (!open.has(fact)) open.set(fact, question.sql ?? question.question);
  }
  const all = sides.size + open.size;
  let heldOut = [...sides.values()].filter((side) => side === 'held-out').length;
  const wanted = Math.floor(all * HELD_OUT);
  for (const [fact] of [...open].sort((a, b) => hash(a[1]) - hash(b[1]))) {
    const out = heldOut < wanted;
    if (out) heldOut++;
    sides.set(fact, out ? 'held-out' : 'train');
  }
  return questions.map((question) => ({ ...question, split: sides.get(factOf(question)) ?? 'train' }));
}

/** The questions with all of one fact on that side. */
export function moveFact(questions: readonly Question[], id: string, split: Split): Question[] {
  const facts = factsOf(questions);
  const fact = facts.get(id);
  return questions.map((question) => (facts.get(question.id) === fact ? { ...question, split } : question));
}

/** Facts that have to be held out for a gain of so much, in (0, 1], to show at all: wholly gained, and none lost. */
export function factsFor(gain: number): number {
  let least = 1;
  while (2 * 2 ** -least > SIGNIFICANCE) least++;
  return Math.ceil(least / gain - 1e-9);
}

/** What so many held-out facts can show, in a sentence. */
export function couldShowText(heldOut: number): string {
  const least = factsFor(1);
  const needed = `To see a gain of 20 points takes at least ${factsFor(0.2)} held-out facts, of 10 points ${factsFor(0.1)}`;
  if (heldOut === 0) return `No fact is held out: what it learns cannot be measured. ${needed}.`;
  const facts = `${heldOut} held-out fact${heldOut === 1 ? '' : 's'}`;
  if (heldOut < least) return `With ${facts} no gain can be told from chance. ${needed}.`;
  return `With ${facts} a gain of ${Math.ceil((100 * least) / heldOut)} points or more can show. ${needed}.`;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
