/**
 * Writes public/datasets/shop: `node scripts/run.mjs scripts/shop/generate.ts`. The same sources give the same bytes.
 */
import { writeFileSync } from 'node:fs';
import { makeDatabase, SHOP_SEED } from './database.ts';
import { questionsText } from './questions.ts';

const FOLDER = new URL('../../public/datasets/shop/', import.meta.url);

writeFileSync(new URL('db.sqlite', FOLDER), await makeDatabase(SHOP_SEED));
writeFileSync(new URL('questions.json', FOLDER), questionsText());
