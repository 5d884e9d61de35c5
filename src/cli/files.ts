import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf } from '../grpo/message-of.ts';
import { UsageError } from './options.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'part of the path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'access is denied',
  EPERM: 'access is denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ERR_FS_FILE_TOO_LARGE: 'it is too large',
};

/** Why a file cannot be read or written, to stand in a sentence. */
export function becauseOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? messageOf(error);
}

/** Throws UsageError. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${becauseOf(error)}.`);
  }
}

/** In bytes. Throws UsageError. */
export function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${becauseOf(error)}.`);
  }
}

/** Throws UsageError, also for bytes that are no UTF-8. */
export function readText(path: string): string {
  const bytes = readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`Cannot read ${path}: it is not UTF-8 text.`);
  }
}

export interface OutputFile {
  readonly option: string;
  readonly path: string;
}

/**
 * Checks before the work begins that the outputs can be written after it: folders exist, nothing is written twice,
 * and no input is overwritten. Throws UsageError.
 */
export function checkOutputs(outputs: readonly OutputFile[], inputs: readonly string[]): void {
  const taken = new Set(inputs.map(real));
  for (const { option, path } of outputs) {
    try {
      const target = statSync(path, { throwIfNoEntry: false });
      if (target?.isDirectory() === true) throw new UsageError(`it is a folder`);
      if (statSync(dirname(resolve(path))).isDirectory()) accessSync(dirname(resolve(path)), constants.W_OK);
    } catch (error) {
      throw new UsageError(`Cannot write --${option} ${path}: ${becauseOf(error)}.`);
    }
    if (taken.has(real(path)))
      throw new UsageError(`Cannot write --${option} ${path}: it is another file of this command.`);
    taken.add(real(path));
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/**
 * Writes all files or none: each into a temporary file beside its target, and only when all are on disk are they
 * moved into place. Synchronous, so that a signal finds either nothing or everything done. Throws UsageError.
 */
export function writeAll(files: readonly { readonly path: string; readonly text: string }[]): void {
  const written: { temporary: string; target: string }[] = [];
  try {
    for (const { path, text } of files) {
      const target = real(path);
      const existing = statSync(target, { throwIfNoEntry: false });
      if (existing !== undefined && !existing.isFile()) {
        // A pipe or /dev/stdout cannot be moved over.
        writeFileSync(target, text);
        continue;
      }
      const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
      written.push({ temporary, target });
      const file = openSync(temporary, 'wx', existing?.mode ?? 0o666);
      try {
        writeFileSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    }
    for (const { temporary, target } of written) renameSync(temporary, target);
  } catch (error) {
    for (const { temporary } of written) rmSync(temporary, { force: true });
    throw new UsageError(`Cannot write ${files.map(({ path }) => path).join(' and ')}: ${becauseOf(error)}.`);
  }
}
