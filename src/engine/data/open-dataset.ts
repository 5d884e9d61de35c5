/**
 * Fetches a dataset that ships with the page, `datasets/<name>/{db.sqlite, questions.json, definitions.json,
 * completions.json?}`, and opens it. Its database may be that of another one (shipped.ts). Its questions alone are
 * fetched for those who count and name them.
 */
import { messageOf } from '../../grpo/message-of.ts';
import type { Database } from '../../grpo/types.ts';
import { parseDefinitions, parseQuestions } from '../../formats/dataset.ts';
import { DatasetError } from '../../formats/entry.ts';
import type { Dataset } from '../engine-ports.ts';
import { fetched } from '../fetched.ts';
import { forQuestions } from '../sources/completions.ts';
import { SHIPPED } from './shipped.ts';

export interface DatasetSource {
  /** Of a shipped dataset; the one the page begins with unless given. */
  readonly name?: string;
  /** URL of the page, which the files are found relative to. */
  readonly baseUrl: string;
  readonly openDatabase: (bytes: Uint8Array) => Promise<Database>;
  readonly fetch: typeof fetch;
}

/** The questions of a shipped dataset. Rejects as `openDataset` does. */
export async function fetchQuestions(name: string, { baseUrl, fetch }: Omit<DatasetSource, 'name' | 'openDatabase'>) {
  return parseQuestions(
    await (await fetchFile(name, 'questions.json', baseUrl, fetch)).text(),
    `datasets/${name}/questions.json`,
  );
}

/** Rejects with DatasetError when a file is missing, cannot be reached or is broken. */
export async function openDataset({
  name = SHIPPED[0].name,
  baseUrl,
  openDatabase,
  fetch,
}: DatasetSource): Promise<Dataset> {
  const shipped = SHIPPED.find((one) => one.name === name);
  if (shipped === undefined) throw new DatasetError(`There is no dataset “${name.slice(0, 60)}” on this page.`);
  const { title } = shipped;
  const home = shipped.database ?? name;
  const get = async (file: string, folder = name): Promise<Response> => fetchFile(folder, file, baseUrl, fetch);
  const [bytes, questions, definitions] = await Promise.all([
    get('db.sqlite', home).then(async (response) => new Uint8Array(await response.arrayBuffer())),
    get('questions.json').then((response) => response.text()),
    get('definitions.json').then((response) => response.text()),
  ]);
  // Opening may take the bytes away.
  const kept = bytes.slice();
  const parsed = {
    questions: parseQuestions(questions, `datasets/${name}/questions.json`),
    definitions: parseDefinitions(definitions, `datasets/${name}/definitions.json`),
  };
  try {
    return {
      name,
      title,
      ...parsed,
      database: await openDatabase(bytes),
      digest: async () => (await import('./digest.ts')).digestOf(kept, questions),
      ...(shipped.completions
        ? {
            loadCompletions: async () => {
              const { parseCompletions } = await fetched(import('../../formats/completions-file.ts'));
              const text = await (await get('completions.json')).text();
              const file = `datasets/${name}/completions.json`;
              return forQuestions(parseCompletions(text, file), parsed.questions, file);
            },
          }
        : {}),
    };
  } catch (error) {
    throw new DatasetError(`datasets/${home}/db.sqlite: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function fetchFile(folder: string, file: string, baseUrl: string, fetch: DatasetSource['fetch']) {
  const path = `datasets/${folder}/${file}`;
  let response: Response;
  try {
    response = await fetch(new URL(path, baseUrl));
  } catch (error) {
    throw new DatasetError(
      `${path} could not be fetched (${messageOf(error)}). Check the connection and reload the page.`,
    );
  }
  if (!response.ok)
    throw new DatasetError(
      `${path} could not be fetched: the server answered ${response.status}. Reload the page; if that does not help, the site was not deployed completely.`,
    );
  return response;
}
