/** Files that a reader opened and the browser keeps: completions and recordings. */
import { readGroupSource } from '../../grpo/group-source.ts';
import type { RunStore } from '../../grpo/run-store.ts';
import type { EnginePorts } from '../engine-ports.ts';

/** Of one kind, besides those that a run of the list uses. */
const KEPT_FILES = 5;

/** Keeps a file; resolves to its id. */
export async function keepFile(
  kind: 'completions' | 'recording',
  file: File,
  store: Pick<RunStore, 'runs'>,
  { openFiles, newRunId, today }: Pick<EnginePorts, 'openFiles' | 'newRunId' | 'today'>,
): Promise<string> {
  const id = newRunId();
  const files = await openFiles();
  try {
    await files.put({ id, kind, name: file.name, blob: file, added: today() });
    const used = new Set((await store.runs()).map(({ sampler }) => fileOf(sampler)));
    for (const old of (await files.list(kind)).slice(KEPT_FILES)) if (!used.has(old.id)) await files.remove(old.id);
  } finally {
    files.close();
  }
  return id;
}

/** The file that the groups of a stored run come from; null for none, and for a run that cannot be read. */
function fileOf(stored: unknown): string | null {
  try {
    const source = readGroupSource(stored);
    return 'file' in source ? source.file : null;
  } catch {
    return null;
  }
}

/**
 * The text of a file that was opened earlier. Rejects when it is not there any more; `what` is what a message calls it.
 */
export async function keptFile(
  id: string,
  { openFiles }: Pick<EnginePorts, 'openFiles'>,
  what: string,
): Promise<{ readonly name: string; readonly text: string }> {
  const files = await openFiles();
  try {
    const file = await files.get(id);
    if (file === null) throw new Error(`${what} is not stored in this browser any more. Open it again.`);
    return { name: file.name, text: await file.blob.text() };
  } finally {
    files.close();
  }
}
