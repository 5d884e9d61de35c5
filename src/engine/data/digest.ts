/**
 * The digest of a dataset's files. Not by `crypto.subtle`, which a page has over https and on localhost only. Fetched
 * by those who export.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { NO_NOTES, type SchemaNotes } from '../../grpo/schema-notes.ts';
import type { DatasetDigest } from '../../grpo/types.ts';

/** `notes`: what is said of the schema, which makes another database of it; null for nothing. */
export function digestOf(database: Uint8Array, questions: string, notes: SchemaNotes | null = null): DatasetDigest {
  const hash = sha256.create().update(database);
  // What the import guessed stands in the file.
  const { added, removed, descriptions } = notes ?? NO_NOTES;
  if (added.length + removed.length + descriptions.length > 0)
    hash.update(utf8ToBytes(JSON.stringify([added, removed, descriptions])));
  return { databaseSha256: bytesToHex(hash.digest()), questionsSha256: bytesToHex(sha256(utf8ToBytes(questions))) };
}
