/** What the Data page works with, made when it is opened for the first time. */
import { connectData } from '../engine/data/data-client.ts';
import { ConsoleState } from './console.svelte.ts';
import { DataState } from './data.svelte.ts';
import { QuestionsState } from './questions.svelte.ts';
import type { RunState } from './run.svelte.ts';
import { saveFile } from './save-file.ts';
import { SchemaState } from './schema.svelte.ts';

export interface OpenData {
  readonly data: DataState;
  readonly questions: QuestionsState;
  readonly schema: SchemaState;
  readonly console: ConsoleState;
}

export function openData(run: RunState): OpenData {
  const data: DataState = new DataState({
    connect: () => connectData(),
    run,
    save: saveFile,
    takeQuestions: (file) => questions.take(file),
  });
  const questions = new QuestionsState(run, async () => {
    await data.suitGold();
    await data.list();
  });
  return { data, questions, schema: new SchemaState(run), console: new ConsoleState(run) };
}
