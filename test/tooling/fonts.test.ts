import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import subsetFont from 'subset-font';
import { beforeAll, describe, expect, test } from 'vitest';
import { charactersIn, FALLS_BACK, makeFonts, type Made } from '../../scripts/fonts.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FONTS = join(ROOT, 'public/fonts');

let made: Made;

beforeAll(async () => {
  made = await makeFonts();
}, 60_000);

/** The faces of the style sheet: file, and the code points it is asked for. */
function faces(css: string): { file: string; codes: Set<number> }[] {
  return [...css.matchAll(/url\('\/fonts\/([^']+)'\)[^}]*unicode-range:([^;]+);/g)].map(
    ([, file = '', ranges = '']) => ({
      file,
      codes: new Set(
        [...ranges.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/g)].flatMap(([, from = '', to = from]) => {
          const first = parseInt(from, 16);
          return Array.from({ length: parseInt(to, 16) - first + 1 }, (_, i) => first + i);
        }),
      ),
    }),
  );
}

describe('the fonts of the page', () => {
  test('are what `npm run fonts` makes of this source', async () => {
    expect((await readdir(FONTS)).sort()).toEqual([...made.files.keys()].sort());
    for (const [name, data] of made.files) expect(data.equals(await readFile(join(FONTS, name))), name).toBe(true);
    expect(await readFile(join(ROOT, 'src/styles/fonts.css'), 'utf8')).toBe(made.css);
  });

  test('hold every character of the source, or it is known to fall back', () => {
    expect([...made.missing].sort()).toEqual([...FALLS_BACK].sort());
  });

  test('hold what the style sheet says of them', async () => {
    const listed = faces(made.css);
    expect(listed.map(({ file }) => file).sort()).toEqual(
      [...made.files.keys()].filter((name) => name.endsWith('.woff2')).sort(),
    );
    for (const { file, codes } of listed) {
      const data = made.files.get(file) ?? Buffer.alloc(0);
      const held = charactersIn(await subsetFont(data, undefined, { keepAllGlyphs: true, targetFormat: 'sfnt' }));
      expect(
        [...codes].filter((code) => !held.has(code)),
        file,
      ).toEqual([]);
      // What the figures and the words of this page cannot do without.
      if (file.includes('latin'))
        for (const sign of 'Az09é−×“”…') expect(codes.has(sign.codePointAt(0) ?? 0)).toBe(true);
      if (file.includes('greek')) for (const sign of 'πσΣΔ') expect(codes.has(sign.codePointAt(0) ?? 0)).toBe(true);
    }
  });

  test('come with their licences, and weigh at most 60 kB', () => {
    const fonts = [...made.files].filter(([name]) => name.endsWith('.woff2'));
    for (const [name] of fonts)
      expect(made.files.get(name.replace(/-[a-z]+\.woff2$/, '-LICENSE.txt'))?.toString()).toContain(
        'SIL OPEN FONT LICENSE',
      );
    expect(fonts.reduce((sum, [, { length }]) => sum + length, 0)).toBeLessThanOrEqual(60_000);
  });
});
