/** Pieces of SQL that name something of the schema, in its words: “add up quantity × unit price of order items”. */
import { action, said, type Action } from './action.ts';
import { expressionWords, nameWords, OPERATORS, plain } from './plain.ts';
import { slotAction } from './links.ts';

type Match = readonly (string | undefined)[];

/** The first that fits is taken. */
const FRAGMENTS: readonly (readonly [RegExp, (found: Match) => Action | null])[] = [
  [/^COUNT\(\*\) FROM (.+)$/s, ([, table = '']) => slotAction('COUNT(*)', nameWords(table))],
  [/^COUNT\(DISTINCT (.+)\)$/s, ([, of = '']) => figure('COUNT(DISTINCT', of)],
  [
    /^SUM\((.+)\) \/ SUM\((.+)\)$/s,
    ([, a = '', b = '']) => action(`divide the sum of ${columnWords(a)} by the sum of ${columnWords(b)}`),
  ],
  [/^(COUNT|SUM|AVG|MAX|MIN)\((.+)\)$/s, ([, name = '', of = '']) => figure(name, of)],
  [/^NOT IN (.+)$/s, ([, table = '']) => slotAction('NOT IN', nameWords(table))],
  [/^FROM (.+)$/s, ([, table = '']) => slotAction('FROM', nameWords(table))],
  [/^JOIN ON (.+)$/s, ([, pairs = '']) => joined(pairs)],
  [
    /^LEFT JOIN (.+)–(.+)$/s,
    ([, a = '', b = '']) => action(`join ${nameWords(a)} and ${nameWords(b)} so that rows without a match stay`),
  ],
  [/^JOIN (.+)–(.+)$/s, ([, a = '', b = '']) => action(`join ${nameWords(a)} and ${nameWords(b)}`)],
  [/^JOIN (.+)$/s, ([, table = '']) => slotAction('JOIN', nameWords(table))],
  [
    /^(SELECT further|SELECT|GROUP BY further|GROUP BY|average of) (.+)$/s,
    ([, slot = '', of = '']) => slotAction(slot, columnWords(of)),
  ],
  [/^(ORDER BY|sort by) (.+?)(?: (ASC|DESC))?$/s, ([, slot = '', of = '', direction]) => sorted(slot, of, direction)],
  [
    /^HAVING (COUNT|SUM|AVG|MAX|MIN)\((.+)\) (\S+) <?[\w]+>?$/s,
    ([, name = '', of = '', sign = '']) => groupsKept(name, of, sign),
  ],
  [/^WHERE (.+) (NOT IN|IN|=|<>|!=|>=|<=|>|<) \(SELECT …\)$/s, ([, of = '', sign = '']) => searched(of, sign)],
  [/^WHERE (.+) IS NOT NULL$/s, ([, of = '']) => action(`keep rows whose ${expressionWords(of)} is not empty`)],
  [/^(?:WHERE )?(.+) IS NULL$/s, ([, of = '']) => action(`keep rows whose ${expressionWords(of)} is empty`)],
  [/^(.+) = 0$/s, ([, of = '']) => action(`keep rows whose ${expressionWords(of)} is 0`)],
  [
    /^WHERE (.+) <(compared|date)>$/s,
    ([, of = '', kind]) => action(`compare the ${kind === 'date' ? 'date' : 'number'} with the ${expressionWords(of)}`),
  ],
  [
    /^WHERE (\S+) ([<>]) ((?:"(?:[^"]|"")+"|[^\s".]+)\.[^(]+)$/s,
    ([, a = '', sign = '', b = '']) => compared(a, sign, b),
  ],
  [/^WHERE (.+) (\S+) <(value|number)>$/s, ([, of = '', sign = '', kind = '']) => kept(of, sign, kind)],
  [/^(.+) (INTERSECT|EXCEPT|UNION) (.+)$/s, ([, a = '', operator = '', b = '']) => combined(a, operator, b)],
];

/** Null for a fragment of no known form. */
export function fragmentAction(text: string): Action | null {
  for (const [form, make] of FRAGMENTS) {
    const found = form.exec(text);
    if (found !== null) return make(found);
  }
  return null;
}

const compared = (a: string, sign: string, b: string): Action =>
  action(`keep rows whose ${expressionWords(a)} is ${OPERATORS[sign] ?? plain(sign)} the ${expressionWords(b)}`);

/** “the price of items”; what is worked out has no article. */
function columnWords(text: string): string {
  const words = expressionWords(text);
  return /[×]|^(?:the|a) /.test(words) || !/[.(]/.test(text) ? words : `the ${words}`;
}

const figure = (name: string, of: string): Action | null => slotAction(name, of === '*' ? 'rows' : columnWords(of));

function joined(pairs: string): Action {
  const said = pairs.split(' and ').map((pair) => {
    const [left = '', right = ''] = pair.split(' = ');
    const side = (end: string): string => {
      const [table = '', ...columns] = end.split(/[.+]/);
      return `${columns.map(nameWords).join(' and ')} of ${nameWords(table)}`;
    };
    return pair === '?' ? 'a table that nothing connects' : `${side(left)} to ${side(right)}`;
  });
  return action(`join by matching ${said.join(', ')}`);
}

function sorted(slot: string, of: string, direction: string | undefined): Action | null {
  if (direction === undefined) return slotAction(slot, columnWords(of));
  const way = direction === 'ASC' ? 'from low to high' : 'from high to low';
  return action(`sort by ${columnWords(of)}, ${way}`);
}

function groupsKept(name: string, of: string, sign: string): Action {
  const what =
    of === '*'
      ? 'number of rows'
      : `${{ COUNT: 'number of values', SUM: 'sum', AVG: 'average', MAX: 'highest value', MIN: 'lowest value' }[name] ?? ''} of ${columnWords(of)}`;
  return action(`keep groups whose ${what} is ${OPERATORS[sign] ?? plain(sign)} the number`);
}

function searched(of: string, sign: string): Action {
  const column = expressionWords(of);
  if (sign === 'IN') return action(`keep rows whose ${column} a second search finds`);
  if (sign === 'NOT IN') return action(`keep rows whose ${column} a second search does not find`);
  return action(`keep rows whose ${column} is ${OPERATORS[sign] ?? plain(sign)} what a second search finds`);
}

function kept(of: string, sign: string, kind: string): Action {
  const column = expressionWords(of);
  if (sign === 'LIKE') return action(`keep rows whose ${column} contains the ${kind}`);
  if (sign === 'IN') return action(`keep rows whose ${column} is one of the values`);
  const how = sign === '=' && kind === 'value' ? '' : `${OPERATORS[sign] ?? plain(sign)} `;
  return action(`keep rows whose ${column} is ${how}the mentioned ${kind}`);
}

function combined(a: string, operator: string, b: string): Action {
  const [one, other] = [expressionWords(a), expressionWords(b)];
  return said(
    operator === 'INTERSECT'
      ? `list what is both ${one} and ${other}`
      : operator === 'EXCEPT'
        ? `list each ${one} that is no ${other}`
        : `list each ${one} and each ${other} together`,
  );
}
