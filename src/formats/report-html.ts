/** A run as one page of HTML that holds everything it shows: no script, no other file, nothing is fetched. */
import type { HistoryPoint } from '../grpo/run-store.ts';
import { DEFAULT_CONFIG, FIELD_NAMES, FIELDS, type GRPOConfig } from '../grpo/config.ts';
import { signed } from '../grpo/figures.ts';
import type { Completion, PolicyHint, SqlValue, Step } from '../grpo/types.ts';
import { hintWords } from '../grpo/words/hint.ts';

export interface Report {
  readonly title: string;
  readonly dataset: string;
  readonly sampler: string;
  readonly seed: number;
  readonly config: GRPOConfig;
  readonly history: readonly HistoryPoint[];
  /** The last step; null before the first. */
  readonly step: Step | null;
  readonly hints: readonly PolicyHint[];
  /** Right answers on questions it never saw, of `asked`, with an interval of their share. */
  readonly unseen: readonly {
    readonly step: number;
    readonly right: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly asked: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** HTML that is safe to stand in a page. */
class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
type Part = string | number | Html | readonly Html[];

/** Everything that is put in is text, unless it was made here. */
function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(fixed.reduce((text, piece, i) => `${text}${i === 0 ? '' : written(parts[i - 1] ?? '')}${piece}`, ''));
}
const written = (part: Part): string =>
  part instanceof Html
    ? part.text
    : typeof part === 'object'
      ? part.map(({ text }) => text).join('')
      : String(part).replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

const SHOWN_HINTS = 60;
const SHOWN_ROWS = 5;
const WIDTH = 720;
const HEIGHT = 200;
const LEFT = 44;
const BOTTOM = 24;

const STYLE = `:root{color-scheme:light dark;font:14px/1.5 system-ui,sans-serif}
body{max-width:880px;margin:0 auto;padding:24px 16px 48px;background:light-dark(#fff,#101318);color:light-dark(#12161c,#e9ecf1)}
h1{font-size:22px;line-height:1.3}h2{margin:32px 0 8px;font-size:16px}h3{margin:20px 0 4px;font-size:14px}
p{margin:4px 0}.quiet{color:light-dark(#616a77,#8e98a6)}.gain{color:light-dark(#1257b8,#78aeff)}.loss{color:light-dark(#b0440a,#ff9b57)}
pre{margin:6px 0;padding:8px 10px;background:light-dark(#eef0f3,#1f242c);border-radius:6px;font:12px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:6px 0}td,th{padding:3px 12px 3px 0;border-bottom:1px solid light-dark(#dfe3e8,#2a313a);text-align:left;vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}svg{display:block;max-width:100%;height:auto}
svg text{fill:currentColor;font:11px system-ui,sans-serif}.axis{stroke:light-dark(#7f8997,#6f7a8a)}.dot{fill:light-dark(#7f8997,#6f7a8a)}.curve{fill:none;stroke:currentColor;stroke-width:2}.band{fill:light-dark(#dce8fa,#1c2f4d)}`;

export function reportHtml(report: Report): string {
  const { title, dataset, sampler, seed, config, history, step, hints, unseen, asked, at } = report;
  const day = new Date(at).toISOString().slice(0, 10);
  const last = unseen.at(-1);
  const body = html`<h1>${title === '' ? dataset : title}</h1>
    <p>GRPO on ${dataset}: ${history.length} steps, groups by ${sampler}, seed ${seed}. Written ${day}.</p>
    ${
      last === undefined
        ? html``
        : html`<h2>Right answers on questions it never saw</h2>
            <p><b>${last.right} of ${asked}</b> after step ${last.step}. The band is the interval of 95 %.</p>
            ${curve(
              unseen.map(({ step: x, right, low, high }) => ({ x, y: right / Math.max(1, asked), low, high })),
              { from: 0, to: 1, label: (value) => `${Math.round(value * 100)} %` },
            )}`
    }
    <h2>Mean reward of each step</h2>
    ${
      history.length === 0
        ? html`<p class="quiet">No step was taken.</p>`
        : curve(
            history.flatMap(({ step: x, rewardMean: y }) => (y === null ? [] : [{ x, y }])),
            { from: -1, to: 1, label: (value) => value.toFixed(1) },
          )
    }
    <h2>What it learned: ${hints.length} hints</h2>
    ${hintTable(hints)}
    <h2>The last group</h2>
    ${step === null ? html`<p class="quiet">None was drawn.</p>` : tries(step)}
    <h2>Settings other than the defaults</h2>
    ${settings(config)}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${written(title === '' ? dataset : title)}</title><style>${STYLE}</style></head>
<body>${body.text}</body></html>
`;
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

function curve(
  points: readonly Point[],
  { from, to, label }: { readonly from: number; readonly to: number; readonly label: (value: number) => string },
): Html {
  const most = Math.max(1, ...points.map(({ x }) => x));
  const x = (step: number): string => (LEFT + (step / most) * (WIDTH - LEFT - 12)).toFixed(1);
  const y = (value: number): string => (8 + ((to - value) / (to - from)) * (HEIGHT - BOTTOM - 8)).toFixed(1);
  const path = points.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.x)} ${y(point.y)}`).join('');
  const banded = points.filter((point) => point.low !== undefined && point.high !== undefined);
  const edge =
    (side: 'low' | 'high') =>
    (point: Point): string =>
      `${x(point.x)} ${y(point[side] ?? point.y)}`;
  const band =
    banded.length < 2
      ? ''
      : `M${banded.map(edge('high')).join('L')}L${[...banded].reverse().map(edge('low')).join('L')}Z`;
  const middle = (from + to) / 2;
  return html`<svg
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    width="${WIDTH}"
    height="${HEIGHT}"
    role="img"
    aria-label="Curve over ${most} steps"
  >
    ${[from, middle, to].map(
      (value) =>
        html`<text x="${LEFT - 6}" y="${y(value)}" text-anchor="end" dominant-baseline="middle">${label(value)}</text>`,
    )}
    <line class="axis" x1="${LEFT}" x2="${WIDTH - 12}" y1="${y(from)}" y2="${y(from)}" />
    <text x="${LEFT}" y="${HEIGHT - 6}">0</text>
    <text x="${WIDTH - 12}" y="${HEIGHT - 6}" text-anchor="end">step ${most}</text>
    <path class="band" d="${band}" />
    <path class="curve" d="${path}" />
  </svg>`;
}

function hintTable(hints: readonly PolicyHint[]): Html {
  const strongest = [...hints].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, SHOWN_HINTS);
  if (strongest.length === 0) return html`<p class="quiet">None yet.</p>`;
  return html`<div class="wide">
      <table>
        <tr>
          <th>Hint</th>
          <th class="n">Weight</th>
          <th class="n">Taught by</th>
        </tr>
        ${strongest.map(
          (hint) =>
            html`<tr>
              <td>
                ${hintWords(hint, hint.weight)}${hint.enabled ? '' : ' (switched off)'}${hint.pinned === true ? ' (pinned)' : ''}
              </td>
              <td class="n">${sign(hint.weight)}</td>
              <td class="n">${hint.evidence.support} completions</td>
            </tr>`,
        )}
      </table>
    </div>
    ${hints.length > strongest.length ? html`<p class="quiet">The ${strongest.length} strongest.</p>` : html``}`;
}

const sign = (value: number): Html => html`<span class="${value < 0 ? 'loss' : 'gain'}">${signed(value)}</span>`;

function tries({ number, groups }: Step): Html {
  return html`${groups.map(
    ({ question, completions }) =>
      html`<p>Step ${number}: <b>${question}</b></p>
        ${completions.map((completion) => attempt(completion))}`,
  )}`;
}

function attempt({ index, sql, execution, rowCount, rewards: { total }, advantage }: Completion): Html {
  const rows = execution.rows.slice(0, SHOWN_ROWS);
  return html`<h3>${index + 1}. Reward ${total === null ? 'none' : total.toFixed(2)}, advantage ${sign(advantage)}</h3>
    <pre>${sql === '' ? '(no SQL)' : sql}</pre>
    ${
      execution.error !== undefined
        ? html`<p class="loss">${execution.error}</p>`
        : html`<div class="wide">
              <table>
                <tr>
                  ${execution.columns.map((name) => html`<th>${name}</th>`)}
                </tr>
                ${rows.map(
                  (row) =>
                    html`<tr>
                      ${row.map((value) => html`<td>${cell(value)}</td>`)}
                    </tr>`,
                )}
              </table>
            </div>
            <p class="quiet">${rowCount} rows${rowCount > rows.length ? `, the first ${rows.length}` : ''}</p>`
    }`;
}

function cell(value: SqlValue): string {
  if (value === null) return 'NULL';
  return value instanceof Uint8Array ? `${value.byteLength} bytes` : String(value).slice(0, 200);
}

function settings(config: GRPOConfig): Html {
  const changed = FIELD_NAMES.filter((name) => config[name] !== DEFAULT_CONFIG[name]);
  if (changed.length === 0) return html`<p class="quiet">All are.</p>`;
  return html`<table>
    ${changed.map(
      (name) =>
        html`<tr>
          <td>${FIELDS[name].label}</td>
          <td>${String(config[name])}</td>
        </tr>`,
    )}
  </table>`;
}
