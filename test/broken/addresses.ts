/** Addresses whose settings, seeds, starts or hints cannot be, and hints of links that were changed on their way. */
import { deflateRawSync } from 'node:zlib';
import { LONGEST_HINTS } from '../../src/state/address.ts';
import type { BrokenInput } from './input.ts';

/** As a link packs it. */
const packed = (value: unknown): string => deflateRawSync(JSON.stringify(value)).toString('base64url');
const bomb = (): string => deflateRawSync(Buffer.alloc(2_500_000, ' ')).toString('base64url');

const LINKS: readonly (readonly [content: string, message: RegExp])[] = [
  ['AAAA', /^The hints of the link cannot be read/],
  ['x', /^The hints of the link cannot be read/],
  ['____', /^The hints of the link cannot be read/],
  ['eJwrycgsVgCi4pLEpMwkAA', /^The hints of the link cannot be read/],
  [packed({}), /^The hints of the link cannot be read/],
  [packed([7]), /^The hints of the link cannot be read/],
  [packed([['many | COUNT', 'heavy', 0, 1, 1, 1]]), /^The hints of the link cannot be read/],
  [packed([['many | COUNT', 100, 99, 1, 1, 1]]), /^The hints of the link cannot be read/],
  [packed([['many | COUNT', 1e9, 0, 1, 1, 1]]), /^The link: entry 1.*"weight" to be a number from -20 to 20/],
  [packed([['many | COUNT', 100, 0, 1, 'x', 1]]), /^The link: entry 1.*"words"/],
  [bomb(), /^The hints of the link cannot be read/],
];

const ADDRESSES: readonly (readonly [parameter: string, search: string, message: string])[] = [
  ['learning_rate', '?lr=9', 'Learning rate (learning_rate) must be a number from 0 to 2, not "9".'],
  ['learning_rate', '?lr=', 'Learning rate (learning_rate) must be a number from 0 to 2, not "".'],
  ['learning_rate', '?lr=NaN', 'Learning rate (learning_rate) must be a number from 0 to 2, not "NaN".'],
  ['group_size', '?g=2.5', 'Group size G (group_size) must be a whole number from 2 to 32, not "2.5".'],
  ['group_size', '?g=1e999', 'Group size G (group_size) must be a whole number from 2 to 32, not "1e999".'],
  [
    'group_size',
    `?g=${'9'.repeat(5000)}`,
    `Group size G (group_size) must be a whole number from 2 to 32, not "${'9'.repeat(60)}".`,
  ],
  ['estimator', '?a=%3Cscript%3E', 'not "<script>".'],
  ['estimator', '?a=__proto__', 'not "__proto__".'],
  ['validity_weight', '?wv=0&we=0&wq=0&wf=0', 'At least one reward weight must be above 0'],
  ['seed', '?seed=-1', 'seed must be a whole number from 0 to 4294967295, not "-1".'],
  ['seed', `?seed=${'1'.repeat(5000)}`, `not "${'1'.repeat(60)}".`],
  ['start', '?start=me', 'start must be none or starter, not "me".'],
  ['data', '?data=../x', 'data must be the name of a dataset, not "../x".'],
  ['data', `?data=${'x'.repeat(81)}`, `data must be the name of a dataset, not "${'x'.repeat(60)}".`],
  ['hints', '?hints=a%20b', 'hints is not what this page writes: the link was cut or changed.'],
  ['hints', '?hints=', 'hints is not what this page writes: the link was cut or changed.'],
  [
    'hints',
    `?hints=${'x'.repeat(LONGEST_HINTS + 1)}`,
    `hints has ${LONGEST_HINTS + 1} characters, at most ${LONGEST_HINTS} are read.`,
  ],
];

export const OF_ADDRESSES: readonly BrokenInput[] = [
  ...LINKS.map(([content, message]): BrokenInput => ({ kind: 'link', source: 'link', content, message })),
  ...ADDRESSES.map(([source, content, message]): BrokenInput => ({ kind: 'address', source, content, message })),
];
