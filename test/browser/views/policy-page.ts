/** Puts the policy's own place on the screen, at one of its parts, within the whole page. */
import { expect, vi } from 'vitest';
import { page } from 'vitest/browser';
import type { Part } from '../../../src/views/policy/parts.ts';
import { SPREAD } from '../../views/fixture.ts';
import { showPage, type Page } from './page.ts';

export async function showPolicy(part: Part, { steps = 1, width = 1280 } = {}): Promise<Page> {
  const shown = await showPage(SPREAD, { width });
  for (let i = 0; i < steps; i++) await shown.run.stepOnce();
  location.hash = `#policy/${part}`;
  await expect.element(page.getByRole('navigation', { name: 'Parts of the policy' })).toBeVisible();
  return shown;
}

export const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });

/** Moves the focus there, as Tab would. */
export function focus(on: { readonly element: () => Element }): void {
  (on.element() as HTMLElement).focus();
}

/** What has the focus, by its text or its label. */
export async function expectFocus(name: string): Promise<void> {
  const said = (): string => {
    const on = document.activeElement;
    return on?.getAttribute('aria-label') ?? on?.textContent.trim().replaceAll(/\s+/g, ' ') ?? '';
  };
  await vi.waitFor(() => expect(said()).toBe(name));
}

/** Names of the files that are handed to the reader from now on, which are not saved. */
export function handedOver(): string[] {
  const names: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    names.push(this.download);
  });
  return names;
}
