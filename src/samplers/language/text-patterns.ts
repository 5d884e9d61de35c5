/**
 * What a SQL text is known by, whoever wrote it, in the words of the sketch sampler where it has words for it
 * (samplers/sketch/*-stages.ts), so that a hint learned with one sampler acts with the other.
 *
 * The sketch sampler knows what it chose for which mention; here that is read back from the text: its clauses, and
 * how the question names what stands in them.
 */
import type { NumberMention, Span } from '../../linking/types.ts';
import { lexCode } from '../../sql/lex.ts';
import { patternsOf } from '../../sql/patterns.ts';
import type { ColumnUse, LiteralUse, SqlStructure } from '../../sql/sql-structure.ts';
import type { Ground } from '../sketch/choices.ts';
import { displayColumn } from '../sketch/display-column.ts';
import { handling, linking, naming, pairing, structural, type Pattern } from '../sketch/features.ts';
import { columnExpression, type Condition } from '../sketch/sketch.ts';

/** Patterns of one text; the texts of a page of SQL repeat themselves. */
const MOST_PATTERNS = 120;

/** The patterns of a text, each once for each mention it is for; none when it reads as nothing. */
export function textPatterns(structure: SqlStructure, ground: Ground): Pattern[] {
  if (structure.tables.length === 0 && structure.select.length === 0) return [];
  const found = [
    ...written(structure),
    ...shape(structure),
    ...shown(structure, ground),
    ...ranked(structure, ground),
    ...tablesOf(structure, ground),
    ...conditions(structure, ground),
    ...coverage(structure, ground),
  ];
  return [
    ...new Map(found.map((pattern) => [`${pattern.key}\n${pattern.mention?.first ?? ''}`, pattern])).values(),
  ].slice(0, MOST_PATTERNS);
}

/** The text's own patterns (sql/patterns.ts); what names something of the schema is a name, the rest a shape. */
function written(structure: SqlStructure): Pattern[] {
  return patternsOf(structure).map(({ pattern, tables, general }) =>
    general ? structural(pattern) : naming(pattern, tables),
  );
}

const outer = <T extends { readonly depth: number }>(uses: readonly T[]): T[] =>
  uses.filter(({ depth }) => depth === 0);

/** The kind of answer, named as the sketch sampler's frames are: its base, and what ranks, limits or excludes. */
function shape(structure: SqlStructure): Pattern[] {
  const { select, setOperations } = structure;
  const grouped = outer(structure.groupBy).length > 0;
  const figures = select.filter(({ aggregates }) => aggregates.some(({ depth, window }) => depth === 0 && !window));
  const [ordered, limited] = [outer(structure.orderBy).length > 0, outer(structure.limits).length > 0];
  const onlyFigures = !grouped && figures.length > 0 && figures.length === select.length;
  const base = grouped
    ? 'GROUP BY'
    : onlyFigures
      ? figures[0]?.aggregates[0]?.name === 'COUNT'
        ? 'COUNT'
        : 'aggregate'
      : 'list of columns';
  const parts = [base];
  const toSubquery = structure.comparisons.filter(({ right, depth }) => right === null && depth === 0);
  const inside = (name: string): boolean =>
    structure.aggregates.some(
      (use) => use.name === name && toSubquery.some(({ start, end }) => use.start >= start && use.end <= end),
    );
  if (structure.having.length > 0) parts.push('HAVING');
  else if (grouped && figures.length > 0 && !limited) parts.push('aggregate per group');
  if (toSubquery.some(({ operator }) => operator === 'NOT IN')) parts.push('NOT IN (SELECT …)');
  else if (toSubquery.some(({ operator }) => operator === 'IN')) parts.push('IN (SELECT …)');
  if (inside('AVG')) parts.push('> (SELECT AVG …)');
  if (inside('MAX') || inside('MIN')) parts.push('= (SELECT MAX …)');
  const [combined] = setOperations;
  if (combined !== undefined) parts.push(combined.operator === 'INTERSECT' ? 'INTERSECT' : 'two tables combined');
  if (ordered) parts.push(limited ? 'ORDER BY … LIMIT' : 'ORDER BY');
  return [
    structural(...(parts.length === 1 ? [`only ${base}`] : parts)),
    ...(parts.length > 1 ? parts : base === 'GROUP BY' ? [base] : []).map((one) => structural(one)),
    ...(grouped && figures.length > 0 && (limited || structure.having.length > 0)
      ? [structural('figure in the answer')]
      : []),
    ...(structure.subqueries > 0 ? [] : [structural('no subquery')]),
  ];
}

const columnOf = (use: ColumnUse): { readonly table: string; readonly column: string } | null =>
  use.table !== null && use.column !== null ? { table: use.table, column: use.column } : null;

/** How the question names a column that stands in a slot of the SQL: `SELECT ← exact name`. */
function linked({ candidates }: Ground, slot: string, use: ColumnUse): Pattern[] {
  const column = columnOf(use);
  if (column === null) return [];
  const expression = columnExpression(column.table, column.column);
  const { named, others } = candidates.traits(expression);
  return [
    linking(slot, named, candidates.linkTo(expression)?.span ?? null),
    ...others.map((trait) => linking(slot, trait)),
  ];
}

/** What the answer shows: how many columns, how the question names them, figures, groups. */
function shown(structure: SqlStructure, ground: Ground): Pattern[] {
  const { select } = structure;
  const patterns: Pattern[] = [];
  if (select.some(({ star }) => star)) patterns.push(structural('SELECT *'));
  else {
    const many =
      select.length === 1 ? '1 column shown' : select.length === 2 ? '2 columns shown' : '3 or more columns shown';
    patterns.push(structural(many), handling(`${many} with ${namedCount(ground)}`));
  }
  select
    .filter(({ star, aggregates }) => !star && aggregates.length === 0)
    .forEach(({ columns }, at) => {
      const [first] = columns;
      if (first === undefined) return;
      const links = linked(ground, at === 0 ? 'SELECT' : 'SELECT further', first);
      patterns.push(...links);
      const rank = [...ground.selectable]
        .sort((a, b) => b.score - a.score)
        .findIndex(({ item }) => item.text === `${first.table ?? ''}.${first.column ?? ''}`);
      if (rank === 0 || rank === 1) patterns.push(linking('SELECT', `${rank === 0 ? 'best' : 'second'} match`));
    });
  for (const use of outer(structure.aggregates)) {
    const [argument] = use.columns;
    if (use.name === 'COUNT' && use.distinct) patterns.push(structural('COUNT(DISTINCT …)'));
    if (use.argument === '*') {
      for (const table of new Set(
        outer(structure.tables)
          .filter(({ kind }) => kind === 'table')
          .map(({ name }) => name),
      )) {
        const { traits, span } = ground.candidates.tableTraits(table);
        patterns.push(...traits.map((trait, i) => linking('COUNT(*)', trait, i === 0 ? span : null)));
      }
    } else if (argument !== undefined)
      patterns.push(...linked(ground, use.distinct ? 'COUNT(DISTINCT' : use.name, argument));
  }
  for (const key of outer(structure.groupBy)) {
    const [column] = key.columns;
    if (column === undefined) continue;
    patterns.push(...linked(ground, 'GROUP BY', column));
    const isShown = select.some(({ columns }) =>
      columns.some((other) => other.table === column.table && other.column === column.column),
    );
    const display = displayColumn(ground.index, column.table ?? '');
    const entry = ground.index.column(column.table ?? '', column.column ?? '');
    if (isShown) patterns.push(structural('GROUP BY what is shown'));
    else if (
      entry?.primaryKey === true &&
      select.some(({ columns }) =>
        columns.some((other) => other.table === display?.table && other.column === display?.column),
      )
    )
      patterns.push(structural('GROUP BY the key of what is shown'));
    else patterns.push(structural('GROUP BY what is not shown'));
  }
  return patterns;
}

/** Exact names of columns in the question: how many columns it speaks of. */
function namedCount({ analysis }: Ground): string {
  const count = new Set(analysis.columns.filter(({ match }) => match === 'exact').map(({ span }) => span.first)).size;
  return count === 0 ? 'none named' : count === 1 ? '1 named' : count === 2 ? '2 named' : '3 or more named';
}

/** Order and limit. */
function ranked(structure: SqlStructure, ground: Ground): Pattern[] {
  const limited = outer(structure.limits).length > 0;
  const patterns: Pattern[] = [];
  for (const key of outer(structure.orderBy)) {
    const [column] = key.columns;
    patterns.push(structural(`${limited ? 'ORDER BY … LIMIT,' : 'ORDER BY …'} ${key.direction}`));
    if (key.aggregates.length > 0) patterns.push(structural('ORDER BY the figure'));
    else if (column !== undefined) {
      patterns.push(
        naming(`ORDER BY ${column.table ?? ''}.${column.column ?? ''}`, column.table === null ? [] : [column.table]),
        ...linked(ground, limited ? 'ORDER BY' : 'sort by', column),
      );
    }
  }
  return patterns;
}

/** Which tables are read, how the question names them, and whether they are needed. */
function tablesOf(structure: SqlStructure, ground: Ground): Pattern[] {
  const names = [
    ...new Set(
      outer(structure.tables)
        .filter(({ kind }) => kind === 'table')
        .map(({ name }) => name),
    ),
  ];
  const patterns = [structural(names.length <= 1 ? '1 table' : names.length === 2 ? '2 tables' : '3 or more tables')];
  if (structure.unresolved.length > 0) patterns.push(structural('made-up column name'));
  const joins = structure.comparisons.filter(
    ({ operator, right, depth }) => operator === '=' && right !== null && depth === 0,
  );
  for (const name of names) {
    const { traits, span } = ground.candidates.tableTraits(name);
    patterns.push(
      ...traits.map((trait, i) => linking('FROM', trait, i === 0 ? span : null)),
      naming(`FROM ${name}`, [name]),
    );
    if (names.length < 2) continue;
    const unnamed = traits[0] === 'unnamed table';
    if (!unnamed) patterns.push(structural('JOIN a named table'));
    const used = structure.columns.some(
      (use) =>
        use.table === name && use.depth === 0 && !joins.some(({ start, end }) => use.start >= start && use.end <= end),
    );
    if (!used) patterns.push(handling(`joined ${unnamed ? 'unnamed' : 'named'} table that nothing else uses`));
  }
  if (names.length > 1) {
    patterns.push(structural('filter by JOIN'));
    if (structure.joins.every(({ hasCondition }) => hasCondition)) patterns.push(structural('JOIN … ON'));
    else patterns.push(structural('tables without a join condition'));
    for (const { left, right } of joins) {
      if (left.table === null || right?.table == null || left.table === right.table) continue;
      const edge = ground.index.joins.find((one) => sameJoin(one, left, right));
      patterns.push(
        structural(edge === undefined ? 'join on columns that are no keys' : 'join on keys'),
        ...(edge === undefined
          ? []
          : [
              naming(
                `JOIN ON ${edge.left.table}.${edge.left.columns.join('+')} = ${edge.right.table}.${edge.right.columns.join('+')}`,
                [edge.left.table, edge.right.table].sort(),
              ),
            ]),
      );
    }
  }
  if (structure.comparisons.some(({ right, operator }) => right === null && operator === 'IN'))
    patterns.push(structural('filter by IN (SELECT …)'));
  const distinct = structure.distinct.length > 0;
  patterns.push(pairing(distinct ? 'DISTINCT' : 'no DISTINCT', names.length > 1 ? 'JOIN' : 'one table'));
  return patterns;
}

function sameJoin({ left, right }: Ground['index']['joins'][number], a: ColumnUse, b: ColumnUse): boolean {
  const is = (end: typeof left, use: ColumnUse): boolean =>
    end.table === use.table && end.columns.length === 1 && end.columns[0] === use.column;
  return (is(left, a) && is(right, b)) || (is(left, b) && is(right, a));
}

const sameText = (a: string | number | null, b: string | number): boolean =>
  String(a).toLowerCase() === String(b).toLowerCase();

/** What the rows are held to: values and numbers, by the mention they are for. */
function conditions(structure: SqlStructure, ground: Ground): Pattern[] {
  const patterns: Pattern[] = [];
  for (const literal of structure.literals) {
    const { column, operator, clause, value } = literal;
    if (operator === null || clause === 'limit') continue;
    if (clause === 'having' || literal.aggregate !== null) {
      patterns.push(structural(`HAVING … ${operator} <number>`));
      const mention = mentionOfNumber(ground, literal);
      if (mention !== null) patterns.push(handling(`HAVING ${operator} for ${said(mention)}`));
      continue;
    }
    if (value === null) {
      if (operator === 'IS') patterns.push(structural('IS NULL'));
      continue;
    }
    if (column === null) continue;
    const sign = operator === '!=' ? '<>' : operator;
    if (typeof value === 'number') {
      const mention = mentionOfNumber(ground, literal);
      patterns.push(
        handling(`WHERE … ${sign} <number>`, mention?.span ?? null),
        ...linked(ground, 'number in', column).slice(0, 3),
      );
      if (column.table !== null)
        patterns.push(
          naming(`WHERE ${column.table}.${column.column ?? ''} <compared>`, [column.table], mention?.span ?? null),
        );
      patterns.push(
        mention === null
          ? handling('a number the question does not mention')
          : handling(`${sign} for ${said(mention)}`),
      );
      continue;
    }
    const mention = mentionOfValue(ground, value);
    patterns.push(handling(`WHERE … ${sign} <value>`, mention), ...linked(ground, 'value in', column).slice(0, 3));
    if (sign === '=' || sign === '<>') patterns.push(structural(`WHERE … ${sign}`));
    if (mention !== null && column.table !== null && column.column !== null)
      patterns.push(
        ...ground.candidates
          .valueTraits(columnExpression(column.table, column.column), mention)
          .map((trait) => linking('value in', trait)),
      );
    else if (mention === null) patterns.push(handling('a text the question does not mention'));
    patterns.push(handling(storedAs(ground, literal)));
  }
  const where = structure.literals.filter(
    ({ clause, operator, depth }) => clause === 'where' && operator !== null && depth === 0,
  );
  if (where.length === 0) patterns.push(structural('no condition'));
  else if (where.length > 1)
    patterns.push(
      structural(
        lexCode(structure.sql).some(({ kind, value }) => kind === 'keyword' && value === 'OR')
          ? 'WHERE … OR …'
          : 'WHERE … AND …',
      ),
    );
  return patterns;
}

/** Whether the data hold a text where the SQL looks for it, and in this spelling. */
function storedAs({ index }: Ground, { column, operator, value }: LiteralUse): string {
  if (operator?.includes('LIKE') === true) return 'a pattern of text';
  const profile = index.column(column?.table ?? '', column?.column ?? '')?.profile;
  if (profile == null || profile.values.length === 0) return 'a text compared with no text';
  if (profile.values.includes(String(value))) return 'a text the data hold';
  return profile.values.some((one) => sameText(one, String(value)))
    ? 'a text the data spell otherwise'
    : 'a text the data do not hold';
}

const said = (mention: NumberMention): string =>
  mention.looksLikeLimit ? 'a ranking word' : (mention.operator ?? 'no comparing word');

function mentionOfNumber({ numbers }: Ground, { value }: LiteralUse): NumberMention | null {
  return numbers.find((mention) => mention.value === Number(value) || mention.upper === Number(value)) ?? null;
}

/** A stored value as the question says it, or the column that another is compared with. */
const constantOf = (value: Condition['value']): string =>
  (typeof value === 'object' ? value.text : String(value)).replaceAll('%', '');

/** The mention a text of the SQL is for: by the stored value it means, or by the words themselves. */
function mentionOfValue({ values, analysis }: Ground, text: string): Span | null {
  const bare = text.replaceAll('%', '');
  if (bare === '') return null;
  const known = values.find(({ filters }) => filters.some(({ item }) => sameText(bare, constantOf(item.value))));
  if (known !== undefined) return known.span;
  const at = analysis.question.toLowerCase().indexOf(bare.toLowerCase());
  const end = at + bare.length;
  const first = at < 0 ? -1 : analysis.tokens.findIndex((token) => token.end > at);
  const last = at < 0 ? -1 : analysis.tokens.findLastIndex((token) => token.start < end);
  return first < 0 || last < first ? null : { first, last };
}

/** What the question mentions, and whether the SQL does anything with it. */
function coverage(structure: SqlStructure, ground: Ground): Pattern[] {
  const { analysis, values, numbers } = ground;
  const patterns: Pattern[] = [];
  const used = (table: string, column: string, clauses: readonly string[]): boolean =>
    structure.columns.some((use) => use.table === table && use.column === column && clauses.includes(use.clause));
  const mentions = new Map<number, { readonly span: Span; readonly columns: { table: string; column: string }[] }>();
  for (const { table, column, span, match } of analysis.columns) {
    if (match !== 'exact') continue;
    const mention = mentions.get(span.first) ?? { span, columns: [] };
    mention.columns.push({ table, column });
    mentions.set(span.first, mention);
  }
  for (const { span, columns } of mentions.values()) {
    const where = columns.some(({ table, column }) => used(table, column, ['select']))
      ? 'shown'
      : columns.some(({ table, column }) => used(table, column, ['where', 'having', 'group', 'order']))
        ? 'used, not shown'
        : 'left out';
    patterns.push(handling(`a named column ${where}`, span));
  }
  const read = new Set(structure.tables.map(({ name }) => name));
  const named = new Map<number, { readonly span: Span; readonly tables: string[] }>();
  for (const { table, span, match } of analysis.tables) {
    if (match === 'partial') continue;
    const mention = named.get(span.first) ?? { span, tables: [] };
    mention.tables.push(table);
    named.set(span.first, mention);
  }
  for (const { span, tables } of named.values())
    patterns.push(handling(`a named table ${tables.some((table) => read.has(table)) ? 'used' : 'left out'}`, span));
  const texts = structure.literals.map(({ value }) => String(value ?? '').replaceAll('%', ''));
  for (const { span, filters } of values) {
    const isUsed = filters.some(({ item }) => texts.some((text) => sameText(text, constantOf(item.value))));
    patterns.push(
      isUsed ? handling('a condition on a mentioned value', span) : handling('no condition on a mentioned value', span),
    );
  }
  for (const mention of numbers) {
    const isUsed =
      structure.literals.some(({ value }) => Number(value) === mention.value) ||
      structure.limits.some(({ count }) => count === mention.value);
    patterns.push(
      handling(`${isUsed ? 'a' : 'no'} condition on a mentioned number`, mention.span),
      ...(isUsed ? [] : [handling(`no condition on a number with ${said(mention)}`)]),
    );
  }
  return patterns;
}
