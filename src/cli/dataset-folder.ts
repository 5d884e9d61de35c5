/** A dataset as a folder: db.sqlite or schema.sql, questions.json, LICENSE or LICENSE.txt. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readText } from './files.ts';
import { openFiles } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import { UsageError } from './options.ts';

/** Characters of a licence file that stand for it. */
const LICENCE_SHOWN = 300;

export interface DatasetFolder extends Inputs {
  /** The folder's own name. */
  readonly name: string;
  /** How the licence file begins, in one line. */
  readonly licence: string;
}

/** The files that opening the folder will read. Throws UsageError where one is missing. */
export function filesOf(folder: string): {
  readonly database: string;
  readonly questions: string;
  readonly licence: string;
} {
  return { ...dataOf(folder, 'dataset'), licence: fileOf(folder, 'dataset', ['LICENSE', 'LICENSE.txt']) };
}

/** The same for a folder of completions to choose among, of which nothing is made that would need its licence. */
export function filesOfPool(folder: string): {
  readonly database: string;
  readonly questions: string;
  readonly completions: string;
} {
  return { ...dataOf(folder, 'pool'), completions: fileOf(folder, 'pool', ['completions.json']) };
}

function dataOf(folder: string, option: string): { readonly database: string; readonly questions: string } {
  return {
    database: fileOf(folder, option, ['db.sqlite', 'schema.sql']),
    questions: fileOf(folder, option, ['questions.json']),
  };
}

function fileOf(folder: string, option: string, names: readonly string[]): string {
  const found = names.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new UsageError(`--${option} ${folder} has no ${names.join(' or ')}.`);
  return found;
}

/** The folders' own names, by which results tell them apart. Throws UsageError for one that two have. */
export function namesOf(folders: readonly string[], what: string): string[] {
  const names = folders.map((folder) => basename(resolve(folder)));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`Two ${what} have the name "${twice}".`);
  return names;
}

/** Throws UsageError, DatasetError. */
export async function openFolder(folder: string): Promise<DatasetFolder> {
  const files = filesOf(folder);
  const licence = readText(files.licence).trim().replace(/\s+/g, ' ');
  if (licence === '')
    throw new UsageError(`${files.licence} is empty, so nobody can tell whether hints may be made from it.`);
  return {
    ...(await openFiles(files.database, files.questions)),
    name: basename(resolve(folder)),
    licence: licence.length > LICENCE_SHOWN ? `${licence.slice(0, LICENCE_SHOWN)} …` : licence,
  };
}
