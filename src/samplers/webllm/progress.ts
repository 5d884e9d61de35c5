/** How far a load has come, with the rate and the time left. */
import type { LoadProgress } from '../language/model.ts';
import { makeMeter, progressOf } from '../language/load-progress.ts';

/** What the package reports while it loads (`InitProgressReport`). */
export interface PackageReport {
  /** 0 … 1, beginning anew with each phase. */
  readonly progress: number;
  readonly timeElapsed: number;
  readonly text: string;
}

/** The texts of @mlc-ai/web-llm 0.2.86, by how they begin. Anything else belongs to the phase that is under way. */
const PHASES: readonly { readonly begins: string; readonly phase: LoadProgress['phase'] }[] = [
  { begins: 'Start to fetch params', phase: 'download' },
  { begins: 'Fetching param cache[', phase: 'download' },
  { begins: 'Loading model from cache[', phase: 'read' },
  { begins: 'Loading GPU shader modules[', phase: 'compile' },
  { begins: 'Finish loading on ', phase: 'start' },
];
/** Megabytes "fetched" or "loaded", rounded up by the package. */
const MEGABYTES = /: (\d+)MB (?:fetched|loaded)\./;

/** The phase a report belongs to, and the bytes it names; null for a text that says nothing about it. */
export function parseReport(
  report: PackageReport,
): { readonly phase: LoadProgress['phase']; readonly share: number | null; readonly bytes: number | null } | null {
  const phase = PHASES.find(({ begins }) => report.text.startsWith(begins))?.phase;
  if (phase === undefined) return null;
  const megabytes = MEGABYTES.exec(report.text)?.[1];
  return {
    phase,
    // 0 of 0 bytes is not a number, and shares are rounded beyond 1.
    share: Number.isFinite(report.progress) ? Math.min(1, Math.max(0, report.progress)) : null,
    bytes: megabytes === undefined ? null : Number(megabytes) * 1024 * 1024,
  };
}

/**
 * Turns the package's reports into progress, one after the other.
 * @param totalBytes of the weights, where it is known
 * @param now milliseconds, of any beginning
 */
export function makeProgressReader(
  totalBytes: number | null,
  now: () => number,
): (report: PackageReport) => LoadProgress {
  let phase: LoadProgress['phase'] = 'start';
  let meter = makeMeter(now);
  return (report) => {
    const parsed = parseReport(report) ?? { phase, share: null, bytes: null };
    if (parsed.phase !== phase) {
      phase = parsed.phase;
      meter = makeMeter(now);
    }
    // The share is exact, the megabytes of the text are rounded up.
    const weighs = phase === 'download' || phase === 'read';
    const bytes = !weighs
      ? null
      : totalBytes !== null && parsed.share !== null
        ? Math.round(totalBytes * parsed.share)
        : parsed.bytes;
    return progressOf(
      phase,
      bytes,
      weighs ? totalBytes : null,
      parsed.share,
      bytes === null ? null : meter.rate(bytes),
    );
  };
}
