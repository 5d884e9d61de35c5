/** Charts saved as pictures: they stand alone, ask nobody for anything, and hold what the page shows. */
import { expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { pngOf, svgText } from '../../../src/views/parts/picture.ts';
import { SPREAD } from '../../views/fixture.ts';
import { showPage, violations } from './page.ts';

const save = (title: string, kind: 'SVG' | 'PNG') =>
  page.getByRole('group', { name: `Save the picture: ${title}` }).getByRole('button', { name: kind });

test('a chart of the Playground is saved with its styles written in, and as a PNG of twice the size', async () => {
  const { run } = await showPage(SPREAD);
  for (let i = 0; i < 3; i++) await run.stepOnce();
  await expect.element(save('Reward', 'SVG')).toBeVisible();
  const group = save('Reward', 'SVG').element().closest('[role=group]');
  const frame = group?.previousElementSibling;
  if (!frame) throw new Error('There is no chart.');
  const text = svgText(frame, 'Mean <reward>');
  const read = new DOMParser().parseFromString(text, 'image/svg+xml');
  expect(read.querySelector('parsererror')).toBeNull();
  expect(read.querySelector('title')?.textContent).toBe('Mean <reward>');
  expect(text).not.toMatch(/class=|url\(|href|var\(|<script|<style/);
  const line = frame.querySelector('path.line');
  expect(text).toContain(getComputedStyle(line ?? frame).stroke);
  for (const label of frame.querySelectorAll('text')) expect(text).toContain(label.textContent?.trim());

  const png = await createImageBitmap(await pngOf(frame, 'Reward'));
  const { width, height } = frame.getBoundingClientRect();
  expect([png.width, png.height]).toEqual([Math.round(2 * width), Math.round(2 * height)]);
  const canvas = new OffscreenCanvas(png.width, png.height);
  const context = canvas.getContext('2d');
  context?.drawImage(png, 0, 0);
  const { data = new Uint8ClampedArray() } = context?.getImageData(0, 0, png.width, png.height) ?? {};
  const colours = new Set<number>();
  for (let i = 0; i < data.length; i += 4) {
    expect(data[i + 3]).toBe(255);
    colours.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
  }
  expect(colours.size).toBeGreaterThan(3);
  expect(await violations()).toEqual([]);
});

test('texts beside a chart are in its picture; what only some hear is not', async () => {
  document.body.innerHTML = '';
  const frame = document.createElement('div');
  const label = document.createElement('span');
  label.textContent = 'mean .50';
  const heard = document.createElement('span');
  heard.className = 'unseen';
  heard.textContent = 'heard only';
  frame.append(label, heard);
  document.body.append(frame);
  const text = svgText(frame, 'T');
  expect(text).toContain('mean .50');
  expect(text).not.toContain('heard only');
  frame.remove();
});

test('pressing saves a file', async () => {
  const { run } = await showPage(SPREAD);
  await run.stepOnce();
  const saved: string[] = [];
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
  await save('Reward', 'SVG').click();
  await save('Reward', 'PNG').click();
  await vi.waitFor(() => expect(saved.sort()).toEqual(['reward.png', 'reward.svg']));
  click.mockRestore();
});
