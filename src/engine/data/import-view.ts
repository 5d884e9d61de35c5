/** What was read, as the page shows it before it is kept. */
import type { ColumnDraft } from '../../formats/tables/columns.ts';
import type { FileKind } from '../../formats/tables/file-kind.ts';
import { readingOf, READINGS } from '../../formats/tables/readings.ts';
import type { TableDraft, TextTable } from '../../formats/tables/table.ts';
import type { Schema } from '../../grpo/types.ts';
import type { ImportColumn, ImportTable } from './data-protocol.ts';

/** A table of a file, and what would become of it. */
export interface TablePart {
  readonly file: File;
  readonly kind: FileKind;
  readonly table: TextTable;
  readonly draft: TableDraft;
  /** What would become of it with its first row read in the other way, once that was looked at. */
  readonly aside: TableDraft | null;
  readonly taken: boolean;
}

/** Why a column cannot be read so, in words. */
export function refusal({ table }: TablePart, { misfits }: ColumnDraft, reading: (typeof READINGS)[number]): string {
  const misfit = misfits[reading];
  if (misfit === undefined) return 'its cells are texts';
  return `“${misfit.text.slice(0, 40)}” in ${table.placeOf(misfit.row)} is none`;
}

export function tableView(part: TablePart, primary: number | null): ImportTable {
  const { draft } = part;
  return {
    name: draft.name,
    taken: part.taken,
    source: draft.source,
    rowCount: draft.rowCount,
    notes: draft.notes,
    hasHeader: draft.hasHeader,
    canHaveHeader: draft.canHaveHeader,
    columns: draft.columns.map((column, i): ImportColumn => ({
      name: column.name,
      header: column.header,
      reading: column.reading,
      type: readingOf(column.reading).label,
      note: column.note,
      missing: column.missing,
      samples: column.samples,
      isKey: i === primary,
      options: READINGS.map((id) => ({
        id,
        label: readingOf(id).label,
        refused: column.fits.includes(id) ? '' : refusal(part, column, id),
      })),
    })),
  };
}

export function schemaTable(
  { name, rowCount, columns }: Schema['tables'][number],
  { profiles }: Schema,
  source: string,
): ImportTable {
  return {
    name,
    taken: true,
    source,
    rowCount,
    notes: [],
    hasHeader: true,
    canHaveHeader: false,
    columns: columns.map((column) => ({
      name: column.name,
      header: column.name,
      reading: null,
      type: column.type.toLowerCase(),
      note: '',
      missing: null,
      samples:
        profiles.find((profile) => profile.table === name && profile.column === column.name)?.values.slice(0, 3) ?? [],
      options: [],
      isKey: column.primaryKey,
    })),
  };
}
