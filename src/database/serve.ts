import { messageOf } from '../grpo/message-of.ts';
import type { Execution } from '../grpo/types.ts';
import { DatabaseImportError } from './errors.ts';
import type { DatabaseWorkerPort, ToDatabaseWorker } from './protocol.ts';
import { nextTurn, SqliteDatabase } from './sqlite-database.ts';

/** Milliseconds of work after which messages are looked at, so that a cancel can arrive. */
const TURN_MS = 30;
/** Milliseconds of work after which answers are sent although others are to come. */
const SEND_MS = 2;

/** The worker's side: one database behind a port. */
export function serveDatabase(port: DatabaseWorkerPort): void {
  let database: SqliteDatabase | null = null;
  let cancelled = -1;

  port.listen((message) => {
    if (message.type === 'cancel') cancelled = message.batch;
    else if (message.type === 'execute') void answer(message);
    else void open(message);
  });

  async function open(message: Extract<ToDatabaseWorker, { type: 'open' | 'reopen' }>): Promise<void> {
    try {
      database?.close();
      database =
        message.type === 'open'
          ? await SqliteDatabase.open(message.source)
          : await SqliteDatabase.reopen(message.opened);
      const { schema, notes, image } = database;
      const known = message.type === 'reopen' || image === message.source;
      port.post({ type: 'opened', schema, notes, image: known ? null : image });
    } catch (error) {
      port.post({ type: 'open-failed', message: messageOf(error), refused: error instanceof DatabaseImportError });
    }
  }

  async function answer({
    batch,
    sql,
    budget,
    oneByOne,
  }: Extract<ToDatabaseWorker, { type: 'execute' }>): Promise<void> {
    if (database === null) throw new Error('the worker was asked to execute before a database was open');
    let turn = performance.now();
    let sent = turn;
    let executions: Execution[] = [];
    const send = () => {
      if (executions.length > 0) port.post({ type: 'answers', batch, executions });
      executions = [];
      sent = performance.now();
    };
    for (const text of sql) {
      const now = performance.now();
      if (oneByOne || now - sent > SEND_MS) send();
      if (now - turn > TURN_MS) {
        await nextTurn();
        turn = performance.now();
      }
      if (cancelled === batch) {
        port.post({ type: 'cancelled', batch });
        return;
      }
      executions.push(await database.executeOne(text, budget));
    }
    send();
  }
}
