/** The models that can be chosen, in the order and the words of the list. */
import { bytes } from '../../charts/format.ts';
import type { ModelCard } from '../../state/models.svelte.ts';

export interface CardGroup {
  readonly title: string;
  readonly cards: readonly ModelCard[];
  readonly blocked: readonly ModelCard[];
  /** Why none of the group can run, where all share one reason; null otherwise. */
  readonly reason: string | null;
  /** Sentences that stand in the notes of all its cards, to be said once. */
  readonly shared: readonly string[];
}

/**
 * What is stored here first, then group by group, in the order in which they come; what cannot run here stands last in
 * each. Groups without a card are left out.
 */
export function groupsOf(cards: readonly ModelCard[]): readonly CardGroup[] {
  const stored = cards.filter((card) => card.stored !== null);
  const groups: CardGroup[] =
    stored.length === 0
      ? []
      : [{ title: 'Stored in this browser', cards: stored, blocked: [], reason: null, shared: [] }];
  for (const title of new Set(cards.map(({ group }) => group.title))) {
    const own = cards.filter(({ group }) => group.title === title);
    const rest = own.filter((card) => card.stored === null);
    if (rest.length === 0) continue;
    const free = rest.filter((card) => card.blocked === null);
    const blocked = rest.filter((card) => card.blocked !== null);
    const reason = own[0]?.blocked ?? null;
    groups.push({
      title,
      blocked,
      // The one to begin with comes first; sort keeps the order of the others.
      cards: [...free].sort((a, b) => Number(b.suggested) - Number(a.suggested)),
      reason: own.every((card) => card.blocked === reason) ? reason : null,
      shared:
        free.length < 2
          ? []
          : sentencesOf(free[0]).filter((sentence) => free.every((card) => sentencesOf(card).includes(sentence))),
    });
  }
  return groups;
}

/** What can be done in the place of each group of which nothing can run here. */
export function insteadOf(cards: readonly ModelCard[]): readonly string[] {
  const told = new Set(cards.flatMap(({ group }) => group.instead ?? []));
  return [...told].filter((text) => cards.every(({ group, blocked }) => group.instead !== text || blocked !== null));
}

function sentencesOf(card: ModelCard | undefined): readonly string[] {
  return card?.note?.split(/(?<=[.!?])\s+/) ?? [];
}

/** What is to be said of this card alone; '' for nothing. */
export function noteOf(card: ModelCard, shared: readonly string[]): string {
  return sentencesOf(card)
    .filter((sentence) => !shared.includes(sentence))
    .join(' ');
}

/** "876 MB", "about 876 MB"; null when nothing is downloaded or nothing is known. */
export function downloadSize({ downloadBytes, estimated }: ModelCard): string | null {
  return downloadBytes === null || downloadBytes === 0 ? null : `${estimated ? 'about ' : ''}${bytes(downloadBytes)}`;
}

/** Whether loading it fetches nothing more. */
export function isComplete({ stored, downloadBytes, estimated }: ModelCard): boolean {
  if (stored === null) return false;
  if (stored.bytes === null || downloadBytes === null) return true;
  // An estimate may be some per cent too high.
  return stored.bytes >= downloadBytes * (estimated ? 0.8 : 0.99);
}

/** What is to be known before it is loaded: size, memory, licence, host. */
export function factsOf(card: ModelCard): readonly string[] {
  const size = downloadSize(card);
  const facts: (string | null)[] = [
    card.stored === null
      ? size === null
        ? card.host === null
          ? null
          : 'size not known'
        : `${size} to download`
      : `stored${card.stored.bytes === null ? '' : `, ${bytes(card.stored.bytes)}`}${!isComplete(card) && size !== null ? ` of ${size}` : ''}`,
    card.memoryBytes === null ? null : `needs ${bytes(card.memoryBytes)} of memory`,
    card.licence === '' ? null : card.licence,
    card.host === null || isComplete(card) ? null : `from ${card.host}`,
  ];
  return facts.filter((fact) => fact !== null);
}
