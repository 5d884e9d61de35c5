import { createHash } from 'node:crypto';
import { DatabaseImportError } from '../database/errors.ts';
import { whyTooLarge } from '../database/import.ts';
import { spawnNodeDatabase } from '../database/node.ts';
import { WatchedDatabase } from '../database/watched-database.ts';
import { parseQuestions } from '../formats/dataset.ts';
import { makeConfig } from '../grpo/config.ts';
import type { GRPOConfig } from '../grpo/config.ts';
import type { Database, DatasetDigest, Question } from '../grpo/types.ts';
import { readBytes, readText, sizeOf } from './files.ts';
import { readSettings, UsageError } from './options.ts';
import type { GivenOptions } from './options.ts';

/** What every command works on. */
export interface Inputs {
  readonly database: Database;
  readonly questions: readonly Question[];
  readonly dataset: DatasetDigest;
}

/** Opens --database and --questions. Throws UsageError, DatasetError. */
export function openInputs(given: GivenOptions): Promise<Inputs> {
  return openFiles(given.need('database'), given.need('questions'));
}

/** Opens a database and its questions. Throws UsageError, DatasetError. */
export async function openFiles(databasePath: string, questionsPath: string): Promise<Inputs> {
  const text = readText(questionsPath);
  const questions = parseQuestions(text, questionsPath);
  const bytes = readDatabase(databasePath);
  const dataset = { databaseSha256: sha256(bytes), questionsSha256: sha256(text) };
  return { database: await openBytes(bytes, databasePath), questions, dataset };
}

/** Opens a database alone. Throws UsageError. */
export async function openDatabase(
  path: string,
): Promise<Pick<Inputs, 'database'> & { readonly databaseSha256: string }> {
  const bytes = readDatabase(path);
  const databaseSha256 = sha256(bytes);
  return { database: await openBytes(bytes, path), databaseSha256 };
}

/** The size is looked at first: a file that cannot be used is not read into memory. */
function readDatabase(path: string): Uint8Array {
  const tooLarge = whyTooLarge(sizeOf(path));
  if (tooLarge !== null) throw new UsageError(`${path}: ${tooLarge}`);
  return readBytes(path);
}

async function openBytes(bytes: Uint8Array, databasePath: string): Promise<Database> {
  try {
    const database = await WatchedDatabase.open(bytes, spawnNodeDatabase);
    if (database.schema.tables.length === 0) {
      database.close();
      throw new UsageError(
        `${databasePath} has no table or view that can be read, so there is nothing to write SQL about.`,
      );
    }
    for (const note of database.notes) process.stderr.write(`${databasePath}: ${note}\n`);
    return database;
  } catch (error) {
    if (error instanceof DatabaseImportError) throw new UsageError(`${databasePath}: ${error.message}`);
    throw error;
  }
}

/** The defaults, then `preset`, then --set. Throws UsageError, ConfigError. */
export function configFrom(given: GivenOptions, preset: Readonly<Record<string, unknown>> = {}): GRPOConfig {
  return makeConfig({ ...preset, ...readSettings(given.all('set')) });
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
