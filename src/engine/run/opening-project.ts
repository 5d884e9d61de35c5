/** A project as it can be opened here. */
import { parseDefinitions, parseQuestions } from '../../formats/dataset.ts';
import { DatasetError } from '../../formats/entry.ts';
import { isOwn } from '../../grpo/own-data.ts';
import { fromBase64 } from '../../recording/base64.ts';
import {
  LIMITS,
  MOST_DATABASE,
  parseProject,
  type OwnDataset,
  type Project,
  type ProjectDataset,
} from '../../recording/project.ts';
import { SHIPPED } from '../data/shipped.ts';
import type { BroughtDataset } from '../engine-ports.ts';

export interface OpenedProject {
  readonly project: Project;
  /** The dataset that it brings; null for one that ships. */
  readonly own: BroughtDataset | null;
}

/** Rejects with DatasetError naming the file and what is wrong. */
export async function openedProject(file: File): Promise<OpenedProject> {
  // Before its text is in memory.
  if (file.size > 2 * LIMITS.file)
    throw new DatasetError(`${file.name} is too large: ${Math.round(file.size / 1e6)} MB.`);
  const text = await file.text().catch((error: unknown) => {
    throw new DatasetError(`${file.name} could not be read: choose it again.`, { cause: error });
  });
  return projectFor(text, file.name);
}

/** Throws DatasetError naming the file and what is wrong. */
export function projectFor(text: string, file: string): OpenedProject {
  const project = parseProject(text, file);
  const { name, own } = project.dataset;
  if (own === undefined && isOwn(name))
    throw new DatasetError(`${file} names a database of somebody’s own, and does not hold it.`);
  // What ships is known by its name and digests.
  if (own === undefined && !SHIPPED.some((shipped) => shipped.name === name))
    throw new DatasetError(`${file} was made on the dataset ${JSON.stringify(name)}, which is not here.`);
  if (project.runs.length === 0) throw new DatasetError(`${file} holds no run.`);
  return { project, own: own === undefined ? null : broughtBy(project.dataset, own, file) };
}

function broughtBy({ name, title }: ProjectDataset, own: OwnDataset, file: string): BroughtDataset {
  const { questions, definitions, created = 0, notes = [], trained, schema } = own;
  const database = bytesOf(own.database, file);
  if (database.byteLength > MOST_DATABASE)
    throw new DatasetError(`The database in ${file} has more than ${MOST_DATABASE / 1e6} MB.`);
  return {
    name,
    title,
    created,
    notes,
    database,
    ...(trained === undefined ? {} : { trained }),
    ...(schema === undefined ? {} : { schemaNotes: schema }),
    questions: parseQuestions(questions, `${file}, "questions"`),
    definitions: definitions === undefined ? [] : parseDefinitions(definitions, `${file}, "definitions"`),
  };
}

function bytesOf(text: string, file: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (error) {
    throw new DatasetError(`The database in ${file} was cut: its base64 does not end where it should.`, {
      cause: error,
    });
  }
}
