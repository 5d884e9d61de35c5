import { join } from 'node:path';
import js from '@eslint/js';
import stylistic from '@stylistic/eslint-plugin';
import boundaries from 'eslint-plugin-boundaries';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/**
 * The import rule: which folders of src each folder may import, itself included.
 * It points one way, so that no two folders depend on each other. Only App.svelte
 * imports views, and only main.ts, which puts everything together, imports anything.
 */
const FILES_AND_RUNS = ['formats', 'recording', 'ask'];
const ENGINE_PARTS = [
  'grpo',
  'sql',
  'linking',
  'rewards',
  'samplers',
  'lab',
  'database',
  'storage',
  'network',
  ...FILES_AND_RUNS,
];
const MAY_IMPORT = {
  grpo: [],
  network: [],
  lessons: ['grpo'],
  sql: ['grpo'],
  linking: ['grpo', 'sql'],
  rewards: ['grpo', 'sql', 'linking'],
  samplers: ['grpo', 'sql', 'linking'],
  lab: ['grpo', 'sql', 'lessons'],
  formats: ['grpo', 'sql'],
  ask: ['grpo', 'sql', 'linking', 'lab'],
  recording: ['grpo', 'rewards', 'samplers', 'formats'],
  database: ['grpo', 'sql', 'network'],
  storage: ['grpo', 'lab'],
  engine: ENGINE_PARTS,
  cli: ENGINE_PARTS,
  state: ['grpo', 'sql', 'ask', 'engine', 'lessons'],
  charts: ['grpo'],
  guide: ['grpo'],
  views: ['grpo', 'state', 'charts', 'guide', 'sql', 'lab', 'lessons'],
};
const APP_MAY_IMPORT = ['views', 'state', 'charts', 'guide', 'lessons'];
const FOLDERS = Object.keys(MAY_IMPORT);

/** Folders whose result depends on their arguments alone: no page, no clock, no global randomness. */
const PURE = [
  ...['grpo', 'sql', 'linking', 'rewards', 'samplers/sketch', 'samplers/language', 'samplers/replay', 'lab'],
  ...['formats', 'ask', 'recording', 'lessons'],
];

/** What the oldest browsers that README names do not have (src/oldest-browser.ts), found wherever it is called. */
const TOO_NEW = [
  {
    selector:
      'CallExpression > MemberExpression.callee[property.name=/^(toSorted|toReversed|toSpliced|withResolvers|groupBy|canParse|fromAsync)$/]',
    message: 'Newer than the oldest browsers that are supported.',
  },
  {
    selector: 'MemberExpression[object.name="AbortSignal"][property.name="any"]',
    message: 'Newer than the oldest browsers that are supported; use src/samplers/any-signal.ts.',
  },
];

/** @param {string[]} types */
const toFolders = (types) => ({ element: { types: { anyOf: types } } });

export default defineConfig(
  { ignores: ['dist/', 'coverage/'] },
  js.configs.recommended,
  ts.configs.recommendedTypeChecked,
  svelte.configs.recommended,
  {
    // A rule that does not fit is changed here, with its reason, not switched off in place.
    linterOptions: { noInlineConfig: true },
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // TypeScript checks names better than ESLint does.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // Numbers belong in messages; objects do not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // An async function without await keeps a port's promise: what it throws arrives as a rejection.
      '@typescript-eslint/require-await': 'off',
      // `== null` asks for null and undefined at once.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    // Prettier wraps what it may; what it leaves alone (comments, a sentence in a template) is wrapped by hand.
    plugins: { '@stylistic': stylistic },
    rules: {
      '@stylistic/max-len': [
        'error',
        { code: 120, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      // One page without routes: there is no router whose base path a link could miss.
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.svelte'],
    plugins: { boundaries },
    settings: {
      'boundaries/root-path': import.meta.dirname,
      'boundaries/elements': FOLDERS.map((folder) => ({ type: folder, pattern: `src/${folder}`, partialMatch: false })),
      'boundaries/files': [
        { category: 'app', pattern: 'src/App.svelte', partialMatch: false },
        { category: 'main', pattern: 'src/main.ts', partialMatch: false },
        { category: 'start', pattern: 'src/start-engine.ts', partialMatch: false },
        { category: 'start', pattern: 'src/oldest-browser.ts', partialMatch: false },
        { category: 'service-worker', pattern: 'src/service-worker.ts', partialMatch: false },
      ],
      'boundaries/dependency-nodes': ['import', 'export', 'dynamic-import'],
      'import/resolver': { [join(import.meta.dirname, 'scripts/import-resolver.mjs')]: {} },
    },
    rules: {
      'boundaries/no-unknown-files': 'error',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkAllOrigins: true,
          checkUnknownLocals: true,
          policies: [
            ...Object.entries(MAY_IMPORT)
              .filter(([, allowed]) => allowed.length > 0)
              .map(([folder, allowed]) => ({ from: { element: { type: folder } }, allow: { to: toFolders(allowed) } })),
            { from: { file: { categories: 'app' } }, allow: { to: toFolders(APP_MAY_IMPORT) } },
            { from: { file: { categories: 'main' } }, allow: { to: { module: { origin: 'local' } } } },
            {
              from: { file: { categories: ['start', 'service-worker'] } },
              allow: { to: toFolders(['network']) },
            },
            // Packages are open to all but the algorithm, Node's own modules to the command line alone.
            { allow: { to: { module: { origin: 'external' } } } },
            { from: { element: { type: 'grpo' } }, disallow: { to: { module: { origin: ['external', 'core'] } } } },
            { from: { element: { type: 'cli' } }, allow: { to: { module: { origin: 'core' } } } },
          ],
        },
      ],
    },
  },
  { files: ['src/**'], rules: { 'no-restricted-syntax': ['error', ...TOO_NEW] } },
  {
    files: PURE.map((folder) => `src/${folder}/**`),
    rules: {
      'no-restricted-globals': [
        'error',
        'window',
        'document',
        'performance',
        'crypto',
        'localStorage',
        'indexedDB',
        'navigator',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use the seeded generator that is passed in.' },
        { object: 'Date', property: 'now', message: 'Pass the time in: this folder has no clock.' },
        { object: 'globalThis', message: 'This folder reads nothing global.' },
        ...['exp', 'log', 'log2', 'log10', 'log1p', 'expm1', 'pow', 'cbrt', 'sin', 'cos', 'tan', 'tanh'].map(
          (property) => ({
            object: 'Math',
            property,
            message: 'Its last bit differs between engines; use src/grpo/portable-math.ts.',
          }),
        ),
      ],
      'no-restricted-syntax': [
        'error',
        ...TOO_NEW,
        {
          selector: ':matches(NewExpression, CallExpression)[callee.name="Date"][arguments.length=0]',
          message: 'Pass the time in: this folder has no clock.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.test.ts'],
    ignores: ['test/browser/**', 'test/**/*.svelte.test.ts', 'test/**/*.mocking.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['mock', 'doMock', 'resetModules'].map((property) => ({
          object: 'vi',
          property,
          message: 'Other files of tests share these modules (vite.config.ts): name the file *.mocking.test.ts.',
        })),
      ],
    },
  },
  {
    // Plain JavaScript is checked by svelte-check through JSDoc, and may use Node.
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { ...globals.node } },
    // The rule does not see casts that are written in JSDoc.
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
);
