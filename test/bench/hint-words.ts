/**
 * The strongest hints of a file in words, then what each is as data, for readers who say what the words mean:
 * `node scripts/run.mjs test/bench/hint-words.ts HINTS.json [how many, 15]`. HINTS.json is what `lab train --hints-out`
 * writes, or public/starter/hints.json.
 */
import { readFileSync } from 'node:fs';
import { parseHints } from '../../src/formats/hints-file.ts';
import { hintWords } from '../../src/grpo/words/hint.ts';

const [path = '', most = '15'] = process.argv.slice(2);
const strongest = parseHints(readFileSync(path, 'utf8'), path)
  .filter(({ enabled }) => enabled)
  .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
  .slice(0, Number(most));
strongest.forEach((hint, i) => process.stdout.write(`${i + 1}. ${hintWords(hint, hint.weight)}\n`));
process.stdout.write('\n');
strongest.forEach(({ key, weight }, i) => process.stdout.write(`${i + 1}. ${weight.toFixed(2)}  ${key}\n`));
