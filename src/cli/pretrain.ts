import { compactHintsText } from '../formats/hints-file.ts';
import { queryBudget } from '../grpo/derived-settings.ts';
import { percent, signedPoints } from '../grpo/figures.ts';
import { GoldResults } from '../lab/gold.ts';
import { Judge } from '../lab/judge.ts';
import { leaveOut, meanOverDatabases } from '../lab/leave-one-out.ts';
import type { Fold, LeftOut, MeanOverDatabases, ZeroShot } from '../lab/leave-one-out.ts';
import { PASSES, pretrain as learn, PRETRAINING_CONFIG } from '../lab/pretrain.ts';
import type { Pretrained } from '../lab/pretrain.ts';
import { RememberingDatabase } from '../lab/remembering-database.ts';
import { makeSketchSampler } from '../samplers/sketch/sketch-sampler.ts';
import { filesOf, namesOf, openFolder } from './dataset-folder.ts';
import type { DatasetFolder } from './dataset-folder.ts';
import { checkOutputs, writeAll } from './files.ts';
import type { OutputFile } from './files.ts';
import { UsageError, wholeNumber } from './options.ts';
import type { GivenOptions } from './options.ts';
import { inColumns, toJson } from './report.ts';
import type { Report } from './report.ts';

/** `lab pretrain`. Files are written when everything has succeeded. */
export async function pretrain(given: GivenOptions, report: Report): Promise<void> {
  const passes = wholeNumber('passes', given.one('passes') ?? String(PASSES), 1, 1000);
  const seed = wholeNumber('seed', given.one('seed') ?? '1', 0, 2 ** 32);
  const allQuestions = given.has('all-questions');
  const [hintsOut, json] = [given.one('hints-out'), given.one('json')];
  if (hintsOut === undefined && !given.has('leave-one-out'))
    throw new UsageError(
      'Give --hints-out F to learn hints, --leave-one-out to measure them, or both. See: lab pretrain --help',
    );
  const folders = given.all('dataset');
  const names = namesOf(folders, 'datasets');
  const leftOut = namesToLeaveOut(given, names);
  const outputs: OutputFile[] = [];
  if (hintsOut !== undefined) outputs.push({ option: 'hints-out', path: hintsOut });
  if (json !== undefined) outputs.push({ option: 'json', path: json });
  checkOutputs(
    outputs,
    folders.flatMap((folder) => Object.values(filesOf(folder))),
  );

  const opened: DatasetFolder[] = [];
  try {
    for (const folder of folders) opened.push(await openFolder(folder));
    const folds = opened.map((dataset) => foldOf(dataset, allQuestions));
    const onPass =
      (title: string): NonNullable<Parameters<typeof learn>[0]['onPass']> =>
      ({ pass, steps, noSignalShare, hints }) =>
        report.progress(
          `${title}pass ${pass}/${passes}: ${steps} questions, ${percent(noSignalShare)} % without signal, ${hints} hints`,
        );

    const measured: LeftOut[] = [];
    for (const [i, name] of leftOut.entries()) {
      measured.push(
        await leaveOut(folds, names.indexOf(name), {
          passes,
          seed,
          onPass: onPass(`${i + 1}/${leftOut.length} without ${name}: `),
        }),
      );
    }
    const learned = hintsOut === undefined ? null : await learn({ sources: folds, passes, seed, onPass: onPass('') });
    const mean = meansOf(measured);
    writeAll([
      ...(hintsOut === undefined || learned === null
        ? []
        : [
            {
              path: hintsOut,
              text: compactHintsText(
                { hints: learned.hints, sources: sourcesOf(learned, opened) },
                { dataset: opened.map(({ name, dataset }) => ({ name, ...dataset })), config: PRETRAINING_CONFIG },
              ),
            },
          ]),
      ...(json === undefined
        ? []
        : [
            {
              path: json,
              text: toJson({
                format: 'grpo-sql-lab/pretraining',
                version: 1,
                datasets: opened.map(({ name, dataset, licence }) => ({ name, ...dataset, licence })),
                config: PRETRAINING_CONFIG,
                passes,
                seed,
                allQuestions,
                ...(learned === null
                  ? {}
                  : {
                      learned: {
                        ...learned,
                        hints: learned.hints.length,
                        dense: learned.dense.length,
                        hintsBeforeTheCut: learned.learned,
                      },
                    }),
                ...(measured.length === 0 ? {} : { leaveOneOut: { databases: measured, mean } }),
              }),
            },
          ]),
    ]);
    if (measured.length > 0) for (const line of tableOf(measured, mean)) report.result(line);
    if (learned !== null)
      report.result(
        `${learned.hints.length} general hints (of ${learned.learned}, distilled from ${learned.dense.length}), learned on ${learned.sources.reduce((sum, { questions }) => sum + questions, 0)} questions of ${learned.sources.length} database${learned.sources.length === 1 ? '' : 's'} in ${passes} passes.`,
      );
  } finally {
    for (const { database } of opened) database.close();
  }
}

/** Throws UsageError for a name that no folder has, and where nothing would be left to learn on. */
function namesToLeaveOut(given: GivenOptions, names: readonly string[]): readonly string[] {
  const only = given.one('left-out');
  if (!given.has('leave-one-out')) {
    if (only !== undefined) throw new UsageError('--left-out goes with --leave-one-out.');
    return [];
  }
  if (names.length < 2) throw new UsageError('--leave-one-out needs two datasets or more.');
  const chosen = only === undefined ? names : only.split(',').map((name) => name.trim());
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UsageError(
      `--left-out names "${unknown.slice(0, 60)}", but no dataset has that name: ${names.join(', ')}.`,
    );
  return [...new Set(chosen)];
}

/** A folder to learn on and to be measured on; from held-out questions is only learned with `allQuestions`. */
export function foldOf({ name, questions, database: within }: DatasetFolder, allQuestions: boolean): Fold {
  const database = new RememberingDatabase(within);
  const gold = new GoldResults(database);
  return {
    name,
    database,
    gold,
    sampler: makeSketchSampler({ schema: database.schema }),
    measured: questions,
    questions: questions.filter(({ split }) => allQuestions || split === 'train'),
    judge: new Judge(database, queryBudget(PRETRAINING_CONFIG), gold),
  };
}

function sourcesOf(
  { sources }: Pretrained,
  opened: readonly DatasetFolder[],
): Parameters<typeof compactHintsText>[0]['sources'] {
  return sources.map(({ name, questions }) => ({
    name,
    questions,
    licence: opened.find((dataset) => dataset.name === name)?.licence ?? '',
  }));
}

interface Means {
  readonly all: MeanOverDatabases;
  readonly heldOut: MeanOverDatabases | null;
}

function meansOf(measured: readonly LeftOut[]): Means | null {
  if (measured.length === 0) return null;
  const heldOut = measured.flatMap(({ heldOut: one }) => one ?? []);
  return {
    all: meanOverDatabases(measured.map(({ all }) => all)),
    heldOut: heldOut.length === 0 ? null : meanOverDatabases(heldOut),
  };
}

/** Accuracies in per cent with their intervals, in columns; the mean last. */
function tableOf(measured: readonly LeftOut[], mean: Means | null): string[] {
  const shown = ({ accuracy, low, high }: ZeroShot['none']): string =>
    `${percent(accuracy)} (${percent(low)}–${percent(high)})`;
  const gain = ({ difference, low, high }: { difference: number; low: number; high: number }): string =>
    `${signedPoints(difference)} (${signedPoints(low)} to ${signedPoints(high)})`;
  const cells = (one: ZeroShot | null): string[] =>
    one === null
      ? ['0', '0', '–', '–', '–']
      : [
          String(one.comparison.questions),
          String(one.comparison.facts),
          shown(one.none),
          shown(one.starter),
          gain(one.comparison),
        ];
  const meanCells = (one: MeanOverDatabases | null | undefined): string[] =>
    one == null
      ? ['', '', '–', '–', '–']
      : ['', '', percent(one.none), percent(one.starter), gain({ ...one.interval, difference: one.difference })];
  const rows = [
    [
      'left out',
      'questions',
      'facts',
      'no hints %',
      'hints of the others %',
      'difference',
      'held-out',
      'facts',
      'no hints %',
      'hints of the others %',
      'difference',
    ],
    ...measured.map(({ name, all, heldOut }) => [name, ...cells(all), ...cells(heldOut)]),
    ...(mean === null ? [] : [['mean', ...meanCells(mean.all), ...meanCells(mean.heldOut)]]),
  ];
  return inColumns(rows);
}
