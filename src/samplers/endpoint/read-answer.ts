/**
 * An answer read from what a server sends: a stream of events, or one piece of JSON. Which of the two it is its
 * beginning tells, since servers name either as anything.
 */
import type { Answer } from './answer.ts';
import { EventStreamError, EventStreamParser } from './event-stream.ts';
import { said } from './faults.ts';
import { readAnswer, readFault } from './protocol.ts';
import { parsed, protocolFailure, statusFailure, wholeText } from './wire.ts';
import type { Pieces, Wire } from './wire.ts';

/** Characters of one answer; more than any `maxTokens` stands for. */
const LONGEST_ANSWER = 1_000_000;

/**
 * UTF-16 units of a stream for one choice, all it holds counted, and for each further one: some 350 stand for a token.
 */
const LONGEST_STREAM = 16_000_000;
const EACH_FURTHER = 4_000_000;

/**
 * Milliseconds that a stream may go on after the end of its last choice: the count of tokens and the mark of the end
 * come then.
 */
export const LINGER_MS = 1_500;

/** Characters of a beginning that tell what follows; white space before them is looked through so far. */
const BEGINNING = 16;
const WHITE_SPACE = 100_000;

/** Reads a streamed or a whole answer. Throws Failure when it is neither, holds a fault, or breaks off. */
export async function readInto(answer: Answer, response: Response, pieces: Pieces, wire: Wire): Promise<void> {
  const named = response.headers.get('content-type') ?? '';
  const type = named.split(';')[0]?.trim().toLowerCase() ?? '';
  const { text, rest } = await begun(pieces);
  const beginning = text.trimStart();
  if (/^[{[]/.test(beginning) || (type === 'application/json' && !isStream(beginning)))
    readWhole(answer, await wholeText(rest, wire), wire);
  else if (type === 'text/event-stream' ? !beginning.startsWith('<') : isStream(beginning))
    await readStream(answer, rest, wire);
  else
    throw protocolFailure(
      `answers with ${type === '' ? 'something unnamed' : (said(named, wire.key).split(';')[0]?.slice(0, 60) ?? '')}, where JSON or an event stream is expected`,
      wire,
    );
  if (!answer.ended) throw protocolFailure('broke off in the middle of an answer', wire);
}

const isStream = (beginning: string): boolean => /^(?:data|event|id|retry)?:/.test(beginning);

/** The beginning of a text, and all of it. */
async function begun(pieces: Pieces): Promise<{ readonly text: string; readonly rest: Pieces }> {
  const first: string[] = [];
  for (let [size, all] = [0, 0]; size < BEGINNING && all < WHITE_SPACE;) {
    const { done, value } = await pieces.next();
    if (done === true) break;
    first.push(value);
    size += size === 0 ? value.trimStart().length : value.length;
    all += value.length;
  }
  async function* rest(): Pieces {
    yield* first;
    yield* pieces;
  }
  return { text: first.join(''), rest: rest() };
}

/** One value, a list of them, or one a line. */
function readWhole(answer: Answer, text: string, wire: Wire): void {
  const value = parsed(text);
  const lines = value === undefined ? text.split('\n').filter((line) => line.trim() !== '') : [];
  const values: readonly unknown[] =
    value === undefined ? lines.map((line) => parsed(line)) : Array.isArray(value) ? (value as unknown[]) : [value];
  if (values.length === 0 || values.includes(undefined))
    throw protocolFailure('sent something that is not JSON in place of an answer', wire);
  const read = values.filter((one) => take(answer, one, wire, false));
  if (read.length === 0) throw protocolFailure('sent JSON that is no answer to a chat', wire);
  // Of several the last says that it is the last, as in a stream.
  if (value !== undefined) answer.close();
}

/** Adds a value; false where it is no part of an answer. Throws Failure for a fault. */
function take(answer: Answer, value: unknown, wire: Wire, streamed: boolean): boolean {
  const fault = readFault(value);
  if (fault !== null) throw statusFailure(fault.status, fault, wire);
  const piece = readAnswer(value);
  if (piece === null) return false;
  answer.add(piece, streamed);
  if (answer.size > LONGEST_ANSWER) throw protocolFailure('sends an answer without end', wire);
  return true;
}

/**
 * Takes each event until all is said: until `[DONE]`, until the stream ends, or soon after every choice has ended,
 * since some servers leave the connection open. What goes wrong after that does not matter. Events that are no part of
 * an answer (pings, results of filters, `null`) are passed over.
 */
async function readStream(answer: Answer, pieces: Pieces, wire: Wire): Promise<void> {
  const parser = new EventStreamParser();
  const longest = LONGEST_STREAM + (answer.count - 1) * EACH_FURTHER;
  const finished = new AbortController();
  const took = (events: readonly string[]): boolean =>
    events.some((data) => {
      if (/^\s*"?\[DONE\]"?\s*$/i.test(data)) {
        answer.close();
        return true;
      }
      const value = parsed(data);
      // What only looks like JSON is a piece of the answer that is lost.
      if (value === undefined && /^\s*[{[]/.test(data))
        throw protocolFailure('sent something that is not JSON in place of an answer', wire);
      take(answer, value, wire, true);
      return answer.settled;
    });
  let size = 0;
  let lingered: Promise<null> | null = null;
  try {
    for (;;) {
      const next = pieces.next();
      // Left behind when the waiting ends first.
      next.catch(() => undefined);
      if (answer.complete) lingered ??= wire.clock.sleep(LINGER_MS, finished.signal).then(() => null);
      const piece = await (lingered === null ? next : Promise.race([next, lingered]));
      if (piece === null) return;
      if (piece.done === true) {
        if (!took(parser.end())) answer.closeIfEmpty();
        return;
      }
      size += piece.value.length;
      if (size > longest) throw protocolFailure('sends an answer without end', wire);
      if (took(parser.push(piece.value))) return;
    }
  } catch (error) {
    if (answer.complete) return;
    throw error instanceof EventStreamError ? protocolFailure('sends an event without end', wire) : error;
  } finally {
    finished.abort();
  }
}
