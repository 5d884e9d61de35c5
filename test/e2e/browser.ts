import { chromium, type Browser, type Page } from 'playwright';
import { CHROMIUM_ARGS, CHROMIUM_ARGS_OF_TESTS, findChromium } from '../../scripts/chromium.mjs';

/**
 * Starts the headless Chromium that `npm test` found; close it when done.
 * @param forTests false where speed is measured
 */
export function launch(forTests = true): Promise<Browser> {
  const executablePath = findChromium();
  const args = forTests ? CHROMIUM_ARGS_OF_TESTS : CHROMIUM_ARGS;
  return chromium.launch({ args, ...(executablePath ? { executablePath } : {}) });
}

/**
 * Collects what must not happen on a page: console errors, uncaught exceptions,
 * failed requests and answers of 400 and above, one readable line each.
 * Call it before the first navigation; the array grows as things go wrong.
 */
export function collectProblems(page: Page): readonly string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A page that is left, or closed, gives up what it was fetching of its own parts.
    if (
      why === 'net::ERR_ABORTED' &&
      /\/assets\/[^/]+\.(?:js|css|wasm)$|\/datasets\/[^?]+$|\/icon\.svg$/.test(request.url())
    )
      return;
    problems.push(`request failed: ${request.url()} ${why}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  return problems;
}
