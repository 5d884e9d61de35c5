/** The page takes what it says of an estimator from the list of estimators, a made-up one among them. */
import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import type * as Registered from '../../../src/grpo/estimators/index.ts';
import { madeUp } from '../../grpo/estimators/made-up.ts';
import { SPREAD } from '../../views/fixture.ts';
import { showPage } from './page.ts';

vi.mock('../../../src/grpo/estimators/index.ts', async (original) => {
  const { ESTIMATORS } = await original<typeof Registered>();
  return { ESTIMATORS: [...ESTIMATORS, (await import('../../grpo/estimators/made-up.ts')).madeUp] };
});

afterEach(() => page.viewport(1280, 800));

test('it is offered by its label, and sheet and dialog speak its words', async () => {
  const { run } = await showPage(SPREAD);
  await page.getByRole('button', { name: /^Settings/ }).click();
  await page.getByLabelText(/^Advantage estimator/).selectOptions('Made up');
  await vi.waitFor(() => expect(run.config.estimator).toBe('made_up'));
  await expect.element(page.getByText(/Made up divides by less than nothing\. Default GRPO\.$/)).toBeVisible();
  await page.getByRole('button', { name: /^Close/ }).click();
  await run.stepOnce();
  await expect.element(page.getByText('ranges', { exact: true })).toBeVisible();
  await expect.element(page.getByText(/÷ range turned round\s*−1\.60/)).toBeVisible();
  document.querySelector<HTMLButtonElement>('.sheet li .value button')?.click();
  await expect.element(page.getByRole('dialog').getByText(madeUp.lead)).toBeVisible();
  await expect.element(page.getByRole('dialog').getByText('(−0.660 − 0.210) / (−0.660 − 0.940)')).toBeVisible();
});
