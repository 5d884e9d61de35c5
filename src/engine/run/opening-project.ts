import { DatasetError } from '../../formats/entry.ts';
import { parseProject, type Project } from '../../recording/project.ts';
import { SHIPPED } from '../data/shipped.ts';

/** A project that can be opened here. Throws DatasetError naming the file and what is wrong. */
export function projectFor(text: string, file: string): Project {
  const project = parseProject(text, file);
  const { name, title, own } = project.dataset;
  // What ships is known by its name and digests; the bytes of an own database have a place in the file already.
  if (own !== undefined)
    throw new DatasetError(`${file} brings a database of its own (${title}), which this version cannot open from it.`);
  if (!SHIPPED.some((shipped) => shipped.name === name))
    throw new DatasetError(`${file} was made on the dataset ${JSON.stringify(name)}, which is not here.`);
  return project;
}
