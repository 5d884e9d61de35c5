/** Server-sent events as a server writes them: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */

/** UTF-16 units of one event; a server that sends more is not speaking the protocol. */
export const LONGEST_EVENT = 1_000_000;

/** An event stream that cannot be read. */
export class EventStreamError extends Error {
  override readonly name = 'EventStreamError';
}

/**
 * Takes text in any pieces and gives the `data` of every event that is complete. Lines end in LF, CR LF or CR; comments, other
 * fields and events without data are passed over.
 */
export class EventStreamParser {
  #rest = '';
  #data: string[] = [];
  #size = 0;
  #first = true;

  /** Throws EventStreamError when an event grows beyond `LONGEST_EVENT`. */
  push(text: string): string[] {
    let input = this.#rest + text;
    if (this.#first && input !== '') {
      this.#first = false;
      if (input.startsWith('\uFEFF')) input = input.slice(1);
    }
    const events: string[] = [];
    let from = 0;
    for (;;) {
      const end = nextLineEnd(input, from);
      if (end === null) break;
      this.#line(input.slice(from, end.at), events);
      from = end.next;
    }
    this.#rest = input.slice(from);
    if (this.#rest.length + this.#size > LONGEST_EVENT) throw new EventStreamError(`An event has more than ${LONGEST_EVENT} characters.`);
    return events;
  }

  /** What is left when the stream ends: some servers leave out the last blank line. */
  end(): string[] {
    const events = this.push('\n\n');
    this.#rest = '';
    return events;
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
    this.#size += value.length;
  }
}

/** The next end of a line; null when it is not there yet. A CR at the very end may be half of a CR LF. */
function nextLineEnd(text: string, from: number): { readonly at: number; readonly next: number } | null {
  for (let at = from; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 10) return { at, next: at + 1 };
    if (character !== 13) continue;
    if (at + 1 === text.length) return null;
    return { at, next: text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1 };
  }
  return null;
}
