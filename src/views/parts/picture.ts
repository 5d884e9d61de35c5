/** Charts as files that stand alone: an SVG with its styles written into it, and a PNG of that. */

import { saveFile } from '../../state/save-file.ts';

/** What a chart's style sheet may set. */
const PROPERTIES = [
  'fill',
  'fill-opacity',
  'fill-rule',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'stroke-opacity',
  'opacity',
  'visibility',
  'display',
  'paint-order',
  'font-family',
  'font-size',
  'font-weight',
  'font-style',
  'font-variant-numeric',
  'letter-spacing',
  'text-anchor',
  'dominant-baseline',
] as const;
const NAMESPACE = 'http://www.w3.org/2000/svg';
/** Pixels of a PNG for one of the page. */
const SCALE = 2;
const WHITE = 'rgb(255, 255, 255)';

/** Hands the picture to the reader. Rejects as `pngOf` does. */
export async function savePicture(frame: Element, title: string, as: 'svg' | 'png'): Promise<void> {
  const name = title.replace(/[^\p{L}\p{N}]+/gu, '-').toLowerCase();
  if (as === 'svg') saveFile(`${name}.svg`, new Blob([svgText(frame, title)], { type: 'image/svg+xml' }));
  else saveFile(`${name}.png`, await pngOf(frame, title));
}

/**
 * The text of an SVG file that looks as what stands in `frame` does on the page, in the theme that is on: its charts,
 * and the texts beside them. `title`: what it shows.
 */
export function svgText(frame: Element, title: string): string {
  const { left, top, width, height } = frame.getBoundingClientRect();
  const picture = make('svg', { width, height, viewBox: `0 0 ${width} ${height}`, xmlns: NAMESPACE });
  const named = make('title', {});
  named.textContent = title;
  picture.append(named, make('rect', { width, height, fill: groundOf(frame) }));
  for (const chart of frame.querySelectorAll('svg')) {
    if (!isSeen(chart)) continue;
    const copy = styledCopy(chart);
    const box = chart.getBoundingClientRect();
    set(copy, { x: box.left - left, y: box.top - top, width: box.width, height: box.height });
    picture.append(copy);
  }
  const texts = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const parent = node.parentElement;
    const said = node.textContent?.replace(/\s+/g, ' ').trim() ?? '';
    if (said === '' || parent === null || parent.closest('svg') !== null || !isSeen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const style = getComputedStyle(parent);
    const text = make('text', { x: box.left - left, y: (box.top + box.bottom) / 2 - top, fill: style.color });
    text.textContent = said;
    for (const name of PROPERTIES)
      if (name.startsWith('font')) text.style.setProperty(name, style.getPropertyValue(name));
    text.style.setProperty('dominant-baseline', 'central');
    picture.append(text);
  }
  return new XMLSerializer().serializeToString(picture);
}

function styledCopy(chart: SVGSVGElement): SVGSVGElement {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const originals = [chart, ...chart.querySelectorAll('*')];
  for (const [i, element] of [copy, ...copy.querySelectorAll('*')].entries()) {
    const original = originals[i];
    if (!(element instanceof SVGElement) || original === undefined) continue;
    const style = getComputedStyle(original);
    for (const { name } of [...element.attributes])
      if (/^(?:class|style|tabindex|role|id|aria-.*)$/.test(name)) element.removeAttribute(name);
    for (const name of PROPERTIES) {
      const value = style.getPropertyValue(name);
      if (value !== '') element.style.setProperty(name, value);
    }
  }
  copy.style.setProperty('overflow', 'visible');
  return copy;
}

/** False for what only those hear who do not see the page. */
function isSeen(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect();
  return width > 1 && height > 1 && getComputedStyle(element).visibility === 'visible';
}

function make<N extends keyof SVGElementTagNameMap>(
  name: N,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[N] {
  const element = document.createElementNS(NAMESPACE, name);
  set(element, attributes);
  return element;
}

function set(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/** The same as a PNG of twice as many pixels. Rejects where the browser cannot draw it. */
export async function pngOf(frame: Element, title: string): Promise<Blob> {
  const { width, height } = frame.getBoundingClientRect();
  const url = URL.createObjectURL(new Blob([svgText(frame, title)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(SCALE * width);
    canvas.height = Math.round(SCALE * height);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => {
      canvas.toBlob(resolve, 'image/png');
    });
    if (blob === null) throw new Error('The browser made no picture of it. Save it as SVG.');
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The colour that the chart stands on. */
function groundOf(frame: Element): string {
  for (let element: Element | null = frame; element !== null; element = element.parentElement) {
    const { backgroundColor } = getComputedStyle(element);
    if (backgroundColor !== 'transparent' && !/,\s*0\)$/.test(backgroundColor)) return backgroundColor;
  }
  return WHITE;
}
