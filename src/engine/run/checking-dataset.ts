import { DatasetError } from '../../formats/entry.ts';
import type { DatasetDigest } from '../../grpo/types.ts';
import type { ProjectDataset } from '../../recording/project.ts';

/** Throws DatasetError where a project was made on other files than are open; `here`: theirs, where they are known. */
export function checkDataset(made: ProjectDataset, here: DatasetDigest | undefined, file: string): void {
  for (const [name, what] of [
    ['databaseSha256', 'database'],
    ['questionsSha256', 'questions'],
  ] as const)
    if (made[name] !== undefined && here !== undefined && made[name] !== here[name])
      throw new DatasetError(
        made.own === undefined
          ? `${file} was made on another version of the ${what} of ${made.title}.`
          : `${file} was changed since it was saved: the ${what} in it ${what === 'database' ? 'is not what its digest says' : 'are not what their digest says'}.`,
      );
}
