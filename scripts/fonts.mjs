/**
 * `npm run fonts`: cuts the fonts of the page to the characters and weights that it uses, writes them with their
 * licences to public/fonts, and src/styles/fonts.css with what each file holds.
 *
 * Kept are ASCII and Latin-1, for what people and their databases write, and every other character of the page's
 * source that a font has. Those of the source that no font has are named in FALLS_BACK, so that none is forgotten.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import subsetFont from 'subset-font';
import { format, resolveConfig } from 'prettier';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = join(ROOT, 'node_modules/@fontsource-variable');
const FONTS = join(ROOT, 'public/fonts');
const STYLES = join(ROOT, 'src/styles/fonts.css');

/** Families, and of each the weights that the styles ask for: one, or from … to. */
const FAMILIES = [
  { family: 'Source Serif 4 Variable', folder: 'source-serif-4', weights: [400, 400] },
  { family: 'Inter Variable', folder: 'inter', weights: [400, 700] },
  { family: 'JetBrains Mono Variable', folder: 'jetbrains-mono', weights: [400, 600] },
];
/** The published files of a family that are cut; a page fetches the second only where a Greek letter stands. */
const SCRIPTS = ['latin', 'greek'];
/** Kerning, ligatures of letters and figures of equal width; code is set without any. */
const FEATURES = ['kern', 'liga', 'tnum'];

/** Characters of the page's source that no family has: the reader's own fonts show them. */
export const FALLS_BACK = '‖⁵₀←→⇒∂∈∓√∝≤≥✓';

/**
 * What the source looks for in texts of models and never shows: scripts of East Asia, forms of full width, marks of
 * tokens.
 */
const ONLY_MATCHED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\u3000-\u303f\uff00-\uffef│▁▷◁]/u;

/**
 * @typedef {object} Made
 * @property {ReadonlyMap<string, Buffer>} files of public/fonts, by name
 * @property {string} css of src/styles/fonts.css
 * @property {string} missing characters of the page's source that no file holds, in order
 */

/** Cuts the fonts, and writes nothing. @returns {Promise<Made>} */
export async function makeFonts() {
  const used = [...(await charactersOf(join(ROOT, 'src')))].filter((character) => !ONLY_MATCHED.test(character));
  const wanted = new Set([...range(0x20, 0x7e), ...range(0xa0, 0xff), ...used.map(codePoint)]);
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  const faces = [];
  /** @type {Set<number>} */
  const held = new Set();
  for (const { family, folder, weights } of FAMILIES) {
    const [from = 400, to = 400] = weights;
    files.set(`${folder}-LICENSE.txt`, await readFile(join(PACKAGES, folder, 'LICENSE')));
    /** Each character is in one file of its family, or a page with a space on it would fetch them all. */
    let left = [...wanted].sort((a, b) => a - b);
    for (const script of SCRIPTS) {
      const source = await readFile(join(PACKAGES, folder, `files/${folder}-${script}-wght-normal.woff2`));
      const has = charactersIn(await subsetFont(source, undefined, { keepAllGlyphs: true, targetFormat: 'sfnt' }));
      const kept = left.filter((code) => has.has(code));
      left = left.filter((code) => !has.has(code));
      for (const code of kept) held.add(code);
      const name = `${folder}-${script}.woff2`;
      files.set(
        name,
        await subsetFont(source, String.fromCodePoint(...kept), {
          targetFormat: 'woff2',
          variationAxes: { wght: from === to ? from : { min: from, max: to } },
          keepFeatures: FEATURES,
        }),
      );
      faces.push(`@font-face {
  font-family: '${family}';
  src: url('/fonts/${name}') format('woff2');
  font-weight: ${from === to ? from : `${from} ${to}`};
  font-display: swap;
  unicode-range: ${rangesOf(kept)};
}`);
    }
  }
  const css = `/* Made by scripts/fonts.mjs. Cuts of variable fonts (SIL Open Font License), served with the page. Text shows at once in the fallback. */
${faces.join('\n')}\n`;
  return {
    files,
    css: await format(css, { ...(await resolveConfig(STYLES)), filepath: STYLES }),
    missing: [...used].filter((character) => !held.has(codePoint(character))).join(''),
  };
}

/** Every character of the page's source files beyond ASCII, in order. @param {string} folder */
async function charactersOf(folder) {
  const names = await readdir(folder, { recursive: true });
  const texts = await Promise.all(
    names
      // The command line writes to a terminal.
      .filter((name) => /\.(ts|svelte)$/.test(name) && !/^cli[\\/]/.test(name))
      .map((name) => readFile(join(folder, name), 'utf8')),
  );
  return new Set([...texts.join('')].filter((character) => character > '~').sort());
}

/**
 * The characters a font maps to a glyph (table cmap, formats 4 and 12).
 *
 * @param {Buffer} sfnt
 * @returns {Set<number>}
 */
export function charactersIn(sfnt) {
  const tables = Array.from({ length: sfnt.readUInt16BE(4) }, (_, i) => 12 + 16 * i);
  const entry = tables.find((at) => sfnt.toString('latin1', at, at + 4) === 'cmap');
  if (entry === undefined) throw new Error('a font without a table of characters');
  const cmap = sfnt.readUInt32BE(entry + 8);
  /** @type {Set<number>} */
  const found = new Set();
  for (let i = 0; i < sfnt.readUInt16BE(cmap + 2); i++) {
    const table = cmap + sfnt.readUInt32BE(cmap + 4 + 8 * i + 4);
    const kind = sfnt.readUInt16BE(table);
    if (kind === 12)
      for (let g = 0; g < sfnt.readUInt32BE(table + 12); g++)
        for (const code of range(sfnt.readUInt32BE(table + 16 + 12 * g), sfnt.readUInt32BE(table + 20 + 12 * g)))
          found.add(code);
    if (kind === 4) {
      const twice = sfnt.readUInt16BE(table + 6);
      for (let s = 0; s < twice; s += 2)
        for (const code of range(sfnt.readUInt16BE(table + 16 + twice + s), sfnt.readUInt16BE(table + 14 + s)))
          if (code !== 0xffff) found.add(code);
    }
  }
  return found;
}

/** @param {number} from @param {number} to both included */
function range(from, to) {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** @param {string} character */
function codePoint(character) {
  return character.codePointAt(0) ?? 0;
}

/** "U+20-7E, U+D7". @param {readonly number[]} codes in order */
function rangesOf(codes) {
  /** @type {[number, number][]} */
  const runs = [];
  for (const code of codes) {
    const last = runs.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else runs.push([code, code]);
  }
  return runs
    .map(([from, to]) => `U+${from.toString(16)}${to === from ? '' : `-${to.toString(16)}`}`.toUpperCase())
    .join(', ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { files, css, missing } = await makeFonts();
  const forgotten = [...missing].filter((character) => !FALLS_BACK.includes(character)).join('');
  if (forgotten !== '') console.warn(`No font has ${forgotten}: use another sign, or name it in FALLS_BACK.`);
  await rm(FONTS, { recursive: true, force: true });
  await mkdir(FONTS, { recursive: true });
  for (const [name, data] of files) await writeFile(join(FONTS, name), data);
  await writeFile(STYLES, css);
  const bytes = [...files].reduce((sum, [name, { length }]) => sum + (name.endsWith('.woff2') ? length : 0), 0);
  console.log(`${files.size} files in public/fonts, ${(bytes / 1000).toFixed(1)} kB of fonts`);
}
