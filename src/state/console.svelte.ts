/** SQL that is typed and run on the open database: its result, how SQLite goes about it, and what was run before. */
import type { EngineApi, Trial } from '../engine/protocol.ts';
import { messageOf } from '../grpo/message-of.ts';
import { planOf, type PlanStep } from '../sql/query-plan.ts';
import type { RunState } from './run.svelte.ts';

export type { PlanStep, Trial };

/** SQL texts of this visit that are remembered. */
const MOST = 50;

export class ConsoleState {
  readonly #run: RunState;
  #turn = 0;
  #text = $state('');
  #ran = $state.raw<{ readonly sql: string; readonly trial: Trial } | null>(null);
  #plan = $state.raw<readonly PlanStep[] | null>(null);
  #problem = $state('');
  #busy = $state(false);
  #history = $state.raw<readonly string[]>([]);

  constructor(run: RunState) {
    this.#run = run;
  }

  get text(): string {
    return this.#text;
  }
  set text(text: string) {
    this.#text = text;
  }
  /** What was run, or explained, last, and what became of it; null before. */
  get ran(): { readonly sql: string; readonly trial: Trial } | null {
    return this.#ran;
  }
  /** How SQLite goes about it; null where it was run. */
  get plan(): readonly PlanStep[] | null {
    return this.#plan;
  }
  /** Why it could not even be tried; '' for nothing. */
  get problem(): string {
    return this.#problem;
  }
  get busy(): boolean {
    return this.#busy;
  }
  /** The newest first, each once. */
  get history(): readonly string[] {
    return this.#history;
  }

  run(): Promise<void> {
    return this.#try((engine, sql) => engine.allRows(sql), false);
  }

  explain(): Promise<void> {
    return this.#try((engine, sql) => engine.explain(sql), true);
  }

  async #try(call: (engine: EngineApi, sql: string) => Promise<Trial>, asPlan: boolean): Promise<void> {
    const sql = this.#text.trim() === '' ? '' : this.#text;
    if (sql === '') return;
    const turn = ++this.#turn;
    this.#busy = true;
    this.#problem = '';
    this.#run.pause();
    this.#history = [sql, ...this.#history.filter((one) => one !== sql)].slice(0, MOST);
    try {
      const trial = await this.#run.ask((engine) => call(engine, sql));
      if (turn !== this.#turn) return;
      this.#ran = { sql, trial };
      this.#plan = asPlan && trial.execution.status === 'rows' ? planOf(trial.execution.rows) : null;
    } catch (error) {
      if (turn === this.#turn) this.#problem = messageOf(error);
    } finally {
      if (turn === this.#turn) this.#busy = false;
    }
  }
}
