/** Turns the gold questions into the published questions.json: ids, split by distinct gold SQL, alternatives. */
import { EASY } from './questions/easy.ts';
import { KINDS, type Gold, type Level } from './questions/gold.ts';
import { HARD } from './questions/hard.ts';
import { MEDIUM } from './questions/medium.ts';

export const GOLDS: readonly Gold[] = [...EASY, ...MEDIUM, ...HARD];

export interface ShopQuestion {
  /** `shop-` gold number `-` paraphrase number, both from 1. */
  readonly id: string;
  readonly question: string;
  readonly sql: string;
  readonly split: 'train' | 'held-out';
  readonly level: Level;
  readonly sql_alternatives?: readonly string[];
}

/** One question for each paraphrase of each gold SQL, in the order of GOLDS. */
export function makeQuestions(): ShopQuestion[] {
  const heldOut = chooseHeldOut();
  return GOLDS.flatMap((gold, goldIndex) => {
    const alternatives = acceptedBesides(gold);
    return gold.ask.map((question, askIndex): ShopQuestion => ({
      id: `shop-${String(goldIndex + 1).padStart(3, '0')}-${askIndex + 1}`,
      question,
      sql: gold.sql,
      split: heldOut.has(gold) ? 'held-out' : 'train',
      level: gold.level,
      ...(alternatives.length > 0 ? { sql_alternatives: alternatives } : {}),
    }));
  });
}

/** The text of questions.json: one question a line, so that changes read well in a diff. */
export function questionsText(): string {
  return `[\n${makeQuestions()
    .map((question) => ` ${JSON.stringify(question)}`)
    .join(',\n')}\n]\n`;
}

/** About a third of the gold SQLs, spread evenly over every kind; a kind with three has one held out. */
function chooseHeldOut(): Set<Gold> {
  const chosen = new Set<Gold>();
  for (const kind of KINDS) {
    let percent = 20;
    for (const gold of GOLDS.filter((one) => one.kind === kind)) {
      percent += 37;
      if (percent < 100) continue;
      percent -= 100;
      chosen.add(gold);
    }
  }
  return chosen;
}

/** The alternatives of a gold, and for each SQL that shows an average the one that rounds it to cents. */
function acceptedBesides(gold: Gold): string[] {
  const all = [...gold.also];
  for (const sql of [gold.sql, ...gold.also]) {
    const rounded = roundingAverages(sql);
    if (rounded !== sql) all.push(rounded);
  }
  return all;
}

/** Wraps each AVG(…) of the first SELECT list in ROUND(…, 2), unless it is nested in something else. */
function roundingAverages(sql: string): string {
  const from = sql.indexOf(' FROM ');
  const average = /(?<=^SELECT |, )AVG\((?:[^()]|\([^()]*\))*\)(?=,|$)/g;
  return sql.slice(0, from).replace(average, (found) => `ROUND(${found}, 2)`) + sql.slice(from);
}
