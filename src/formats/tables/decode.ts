/** From the bytes of a text file to its text, whoever wrote it. */
import { wordList } from '../../sql/word-list.ts';
import { DatasetError } from '../entry.ts';

export interface DecodedText {
  readonly text: string;
  readonly encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
}

/** What Windows-1252 has at 0x80 to 0x9f, by its code; five places are free. */
const UPPER = wordList(`
  20ac 81 201a 192 201e 2026 2020 2021 2c6 2030 160 2039 152 8d 17d 8f
  90 2018 2019 201c 201d 2022 2013 2014 2dc 2122 161 203a 153 9d 17e 178
`).map((code) => String.fromCharCode(Number.parseInt(code, 16)));

/** Bytes that are looked at for UTF-16 without a mark. */
const LOOKED_AT = 4096;

/**
 * Reads UTF-8 and UTF-16, with a byte-order mark or without, and what is neither as Windows-1252, as Excel writes it.
 * `source` is the file's name, as messages say it.
 *
 * @throws DatasetError for bytes that are no text
 */
export function decodeText(bytes: Uint8Array, source: string): DecodedText {
  const wide = utf16Of(bytes);
  if (wide !== null) return { text: new TextDecoder(wide).decode(bytes), encoding: 'UTF-16' };
  const nul = bytes.indexOf(0);
  if (nul >= 0)
    throw new DatasetError(
      `${source} is no text: byte ${nul + 1} is a zero. Save it as CSV, JSON or SQL and open that.`,
    );
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8' };
  } catch {
    const text = new TextDecoder('windows-1252').decode(bytes);
    // Some versions of Node read these as Latin-1.
    return {
      text: text.replace(/[\u0080-\u009f]/g, (c) => UPPER[c.charCodeAt(0) - 0x80] ?? c),
      encoding: 'Windows-1252',
    };
  }
}

/** By its mark, or because every other byte is mostly 0, as in text of letters and digits; null for what is not. */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  const looked = Math.min(bytes.length, LOOKED_AT) & ~1;
  for (let i = 0; i < looked; i++) if (bytes[i] === 0) zeros[i & 1] = (zeros[i & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > looked / 5 && even === 0) return 'utf-16le';
  return even > looked / 5 && odd === 0 ? 'utf-16be' : null;
}
