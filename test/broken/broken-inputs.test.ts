/**
 * Whatever comes from outside and is broken is refused by its reader: in a sentence that says what is wrong and where,
 * with nothing of the program's insides, and with nothing changed.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROKEN_INPUTS } from './inputs.ts';
import type { BrokenInput } from './input.ts';
import { openReaders, type Readers } from './readers.ts';

/** Classes of what a reader throws for a file; what they say is for people. */
const TOLD = ['DatasetError', 'DatabaseImportError'];
/** What only those who wrote the program should meet. */
const INSIDES =
  /\bundefined\b|\[object |\bNaN\b(?!")|\n|\s+at .*:\d+|(?:Type|Range|Reference)Error|DOMException|Uint8Array|\bsqlite3_/;

let readers: Readers;
beforeAll(async () => {
  readers = await openReaders();
});
afterAll(() => readers.close());

/** Why it is refused, and by what. */
async function refusal({ kind, source, content }: BrokenInput): Promise<{ by: string; said: string }> {
  const given = typeof content === 'function' ? await content() : content;
  const bytes = typeof given === 'string' ? new TextEncoder().encode(given) : given;
  try {
    return { by: 'told', said: await readers.read(kind, source, bytes) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { by: error.name, said: error.message };
  }
}

const shown = ({ kind, source, content }: BrokenInput): string =>
  `${kind} ${source} ${typeof content === 'string' ? JSON.stringify(content.slice(0, 120)) : ''}`;
/** What each message was said of. */
const said = new Map<string, BrokenInput[]>();

describe('what comes from outside and is broken', () => {
  it.each(BROKEN_INPUTS.map((input) => [shown(input), input] as const))('%s', async (_, input) => {
    const before = await readers.state();
    const { by, said: message } = await refusal(input);
    if (input.kind === 'address') expect(by).toBe('told');
    else expect(TOLD).toContain(by);
    if (typeof input.message === 'string') expect(message).toContain(input.message);
    else expect(message).toMatch(input.message);
    expect(message).toContain(input.source);
    expect(message).not.toMatch(INSIDES);
    expect(message).toMatch(/[.”"]$/);
    expect(message.length).toBeLessThan(800);
    expect(await readers.state()).toEqual(before);
    said.set(message, [...(said.get(message) ?? []), input]);
  });

  it('has a message of its own, but where the fault is the same', () => {
    const shared = [...said].filter(([, inputs]) => new Set(inputs.map(({ message }) => String(message))).size > 1);
    expect(shared.map(([message, inputs]) => [message, ...inputs.map(shown)])).toEqual([]);
    expect(said.size).toBeGreaterThan(0.9 * BROKEN_INPUTS.length);
  });
});
