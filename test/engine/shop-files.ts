import { readFileSync } from 'node:fs';
import type { ShopFiles } from './scenario.ts';

const shop = new URL('../../public/datasets/shop/', import.meta.url);

export function starterText(): string {
  return readFileSync(new URL('../../public/starter/hints.json', import.meta.url), 'utf8');
}

export function shopFiles(): ShopFiles {
  const text = (name: string): string => readFileSync(new URL(name, shop), 'utf8');
  return {
    database: readFileSync(new URL('db.sqlite', shop)),
    questions: text('questions.json'),
    definitions: text('definitions.json'),
  };
}
