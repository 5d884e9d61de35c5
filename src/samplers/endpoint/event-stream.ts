/**
 * Server-sent events as a server writes them:
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */

/** UTF-16 units of one event; a server that sends more is not speaking the protocol. */
export const LONGEST_EVENT = 1_000_000;

const LF = 10;
const CR = 13;

/** An event stream that cannot be read. */
export class EventStreamError extends Error {
  override readonly name = 'EventStreamError';
}

/**
 * Takes text in any pieces and gives the `data` of every event that is complete. Lines end in LF, CR LF or CR;
 * comments, other fields and events without data are passed over. The work is proportional to the text, however it is
 * cut.
 */
export class EventStreamParser {
  /** The beginning of a line, in the pieces it came in: joined only when its end is there. */
  #begun: string[] = [];
  #begunSize = 0;
  #data: string[] = [];
  #size = 0;
  #first = true;
  /** The last character was a CR: an LF that follows belongs to it. */
  #afterCr = false;

  /** Throws EventStreamError when an event grows beyond `LONGEST_EVENT`. */
  push(text: string): string[] {
    const events: string[] = [];
    if (text === '') return events;
    let from = this.#first && text.startsWith('\uFEFF') ? 1 : 0;
    this.#first = false;
    for (let at = from; at < text.length; at++) {
      const character = text.charCodeAt(at);
      const halfOfCrLf = character === LF && this.#afterCr;
      this.#afterCr = character === CR;
      if (character !== LF && character !== CR) continue;
      if (!halfOfCrLf) {
        this.#begin(text.slice(from, at));
        this.#line(this.#begun.join(''), events);
        this.#begun = [];
        this.#begunSize = 0;
      }
      from = at + 1;
    }
    this.#begin(text.slice(from));
    return events;
  }

  /** What is left when the stream ends: some servers leave out the last blank line. */
  end(): string[] {
    return this.push('\n\n');
  }

  #begin(part: string): void {
    if (part === '') return;
    this.#begun.push(part);
    this.#begunSize += part.length;
    if (this.#begunSize + this.#size > LONGEST_EVENT)
      throw new EventStreamError(`An event has more than ${LONGEST_EVENT} characters.`);
  }

  #line(line: string, events: string[]): void {
    if (line === '') {
      if (this.#data.length > 0) events.push(this.#data.join('\n'));
      this.#data = [];
      this.#size = 0;
      return;
    }
    const match = /^data(?::\u0020?([^]*))?$/.exec(line);
    if (match === null) return;
    const value = match[1] ?? '';
    this.#data.push(value);
    // With the line feed between two values, so that empty ones count as well.
    this.#size += value.length + 1;
  }
}
