/** What ships with the page, and under which licence; the test holds the packages against what is installed. */
export const PACKAGES: Readonly<Record<string, string>> = {
  '@mlc-ai/web-llm': 'Apache-2.0',
  '@noble/hashes': 'MIT',
  '@sqlite.org/sqlite-wasm': 'Apache-2.0',
  '@wllama/wllama': 'MIT',
  comlink: 'Apache-2.0',
  d3: 'ISC',
  entities: 'BSD-2-Clause',
  idb: 'ISC',
  jsonrepair: 'ISC',
  'node-sql-parser': 'Apache-2.0',
  papaparse: 'MIT',
  stemmer: 'MIT',
  svelte: 'MIT',
  'workbox-core': 'MIT',
  'workbox-precaching': 'MIT',
  'workbox-routing': 'MIT',
  'workbox-strategies': 'MIT',
  'workbox-window': 'MIT',
};

export const OTHERS: readonly (readonly [what: string, licence: string])[] = [
  ['This program', 'MIT'],
  ['The demo shop and its questions', 'CC0'],
  ['concert_singer: database, questions and completions', 'CC BY-SA 4.0; its LICENSE.txt names the authors'],
  ['The starter policy', 'by its sources; its LICENSE.txt names them'],
  ['SQLite', 'public domain'],
  ['Inter, JetBrains Mono, Source Serif 4', 'SIL Open Font License 1.1'],
];
