/**
 * A schema as a language model reads it: a line of DDL for each table, sample values as comments beneath.
 *
 * Names, types and values are somebody else's data. Names with control characters are left out (the line would break);
 * types are cut to a plain form; a value is a quoted literal, and a description a text, on one line, so that nothing
 * leaves its comment.
 */
import type { Column, Table } from '../../grpo/types.ts';
import type { SchemaIndex } from '../../linking/schema-index.ts';
import type { QuestionAnalysis } from '../../linking/types.ts';
import { quoteIdentifier, quoteValue } from '../sketch/quote.ts';

/** Sample values of one column, those the question means first. */
const SAMPLES = 3;
/** Characters of one value, and of a declared type; longer ones are cut. */
const VALUE_LENGTH = 40;
const TYPE_LENGTH = 30;
/** Characters of each part of a description. */
const DESCRIPTION_LENGTH = 160;
/** A value link weaker than this is a guess. */
const SURE = 0.5;

/** One line beneath a table: what one of its columns holds. */
export interface SampleLine {
  readonly text: string;
  /** True when the question means one of the values: the last to be left out. */
  readonly meant: boolean;
}

export interface TableText {
  readonly table: string;
  /** `CREATE TABLE name (…);` on one line. */
  readonly ddl: string;
  readonly samples: readonly SampleLine[];
  /** What is said of the table, and of its columns; none where nothing is. */
  readonly descriptions: readonly DescriptionLine[];
}

/** One line beneath a table: what it, or one of its columns, is. */
export interface DescriptionLine {
  readonly text: string;
  /** Null for the table itself. */
  readonly column: string | null;
}

/** Whether a name can stand in a prompt or a grammar: no line breaks, no control or direction marks. */
function isPlainName(name: string): boolean {
  return !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(name);
}

/** What of a table can be written; null for one that cannot be. */
export function writableColumns(table: Table): readonly Column[] | null {
  const columns = table.columns.filter(({ name }) => isPlainName(name));
  return isPlainName(table.name) && columns.length > 0 ? columns : null;
}

/** One text for each table that can be written, in the order of the schema. */
export function tableTexts(index: SchemaIndex, analysis: Pick<QuestionAnalysis, 'values'>): TableText[] {
  const writable = new Set(
    index.schema.tables.filter((table) => writableColumns(table) !== null).map(({ name }) => name),
  );
  return index.schema.tables
    .filter(({ name }) => writable.has(name))
    .map((table) => {
      const columns = writableColumns(table) ?? [];
      return {
        table: table.name,
        ddl: ddlOf(table, columns, writable, index),
        samples: columns.flatMap((column) => sampleLine(index, table, column, analysis)),
        descriptions: [
          ...descriptionLine(quoteIdentifier(table.name), null, table),
          ...columns.flatMap((column) =>
            descriptionLine(`${quoteIdentifier(table.name)}.${quoteIdentifier(column.name)}`, column.name, column),
          ),
        ],
      };
    });
}

function ddlOf(table: Table, columns: readonly Column[], writable: ReadonlySet<string>, index: SchemaIndex): string {
  const keys = columns.filter(({ primaryKey }) => primaryKey);
  const parts = columns.map((column) =>
    [quoteIdentifier(column.name), plainType(column.type), keys.length === 1 && column.primaryKey ? 'PRIMARY KEY' : '']
      .filter(Boolean)
      .join(' '),
  );
  if (keys.length > 1) parts.push(`PRIMARY KEY (${list(keys.map(({ name }) => name))})`);
  // Keys that only names and data suggest are written as keys too: what matters is what joins with what.
  for (const { left, right } of index.joins) {
    if (
      left.table !== table.name ||
      !writable.has(right.table) ||
      ![...left.columns, ...right.columns].every(isPlainName)
    )
      continue;
    parts.push(
      `FOREIGN KEY (${list(left.columns)}) REFERENCES ${quoteIdentifier(right.table)} (${list(right.columns)})`,
    );
  }
  return `CREATE ${table.kind === 'view' ? 'VIEW' : 'TABLE'} ${quoteIdentifier(table.name)} (${parts.join(', ')});`;
}

const list = (names: readonly string[]): string => names.map(quoteIdentifier).join(', ');

/** Words, and one pair of parentheses with numbers at most: a type cannot end the statement it stands in. */
function plainType(type: string): string {
  const [, words = '', size = ''] = /^([^()]*)(\([\d, ]*\))?/u.exec(type) ?? [];
  return `${words
    .replace(/[^\p{L}\p{N}_ ]+/gu, ' ')
    .replace(/ +/g, ' ')
    .trim()
    .slice(0, TYPE_LENGTH)}${size.slice(0, TYPE_LENGTH)}`.trim();
}

/** Of a column of text or dates; none where there is nothing to show. */
function sampleLine(
  index: SchemaIndex,
  table: Table,
  column: Column,
  { values: links }: Pick<QuestionAnalysis, 'values'>,
): SampleLine[] {
  const profile = index.column(table.name, column.name)?.profile;
  if (profile == null || (profile.holds !== 'text' && profile.holds !== 'date')) return [];
  const meant = links
    .filter(
      (link) => link.table === table.name && link.column === column.name && link.score >= SURE && link.how !== 'inner',
    )
    .map(({ value }) => value);
  const shown = [...new Set([...meant, ...profile.values])].slice(0, SAMPLES);
  if (shown.length === 0) return [];
  const more = profile.distinct > shown.length ? ', …' : '';
  return [
    {
      text: `-- ${quoteIdentifier(table.name)}.${quoteIdentifier(column.name)}: ${shown.map(literal).join(', ')}${more}`,
      meant: meant.length > 0,
    },
  ];
}

function descriptionLine(
  name: string,
  column: string | null,
  { called = '', description = '', values = '' }: Pick<Column, 'called' | 'description' | 'values'>,
): DescriptionLine[] {
  const parts = [called, description, values].map(oneLine).filter(Boolean);
  return parts.length === 0 ? [] : [{ text: `-- ${name} is ${parts.join('; ')}`, column }];
}

/** Without what could end a comment, and cut. */
function oneLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\s\u2028\u2029]+/gu, ' ').trim();
  const points = [...plain];
  return points.length > DESCRIPTION_LENGTH ? `${points.slice(0, DESCRIPTION_LENGTH).join('')}…` : plain;
}

function literal(value: string): string {
  const plain = value.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
  const points = [...plain];
  return quoteValue(points.length > VALUE_LENGTH ? `${points.slice(0, VALUE_LENGTH).join('')}…` : plain);
}
