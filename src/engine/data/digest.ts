/**
 * The digest of a dataset's files. Not by `crypto.subtle`, which a page has over https and on localhost only. Fetched
 * by those who export.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { DatasetDigest } from '../../grpo/types.ts';

export const digestOf = (database: Uint8Array, questions: string): DatasetDigest => ({
  databaseSha256: bytesToHex(sha256(database)),
  questionsSha256: bytesToHex(sha256(utf8ToBytes(questions))),
});
