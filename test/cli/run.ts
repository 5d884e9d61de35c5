import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../src/cli/lab.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line as a process of its own, as `npm run lab` does. */
export function start(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Outcome> } {
  const child = spawn(process.execPath, [join(root, 'scripts/lab.mjs'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** The same in this process, which is quicker: what it would have printed, and its exit code. */
export async function lab(...args: readonly string[]): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const code = await run(args, {
    result: (line) => void (stdout += `${line}\n`),
    progress: (line) => void (stderr += `${line}\n`),
  });
  return { code, signal: null, stdout, stderr };
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'lab-test-'));
}

/** A library of three tables as a dump, and questions about it. */
export const LIBRARY_SQL = `
CREATE TABLE authors (author_id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL);
CREATE TABLE books (book_id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER NOT NULL REFERENCES authors (author_id), pages INTEGER NOT NULL, year INTEGER NOT NULL);
CREATE TABLE loans (loan_id INTEGER PRIMARY KEY, book_id INTEGER NOT NULL REFERENCES books (book_id), days INTEGER NOT NULL);
INSERT INTO authors VALUES (1,'Ada','France'),(2,'Ben','Spain'),(3,'Cid','France');
INSERT INTO books VALUES (1,'Rain',1,120,1999),(2,'Snow',1,340,2005),(3,'Wind',2,90,2010),(4,'Fog',3,410,2015);
INSERT INTO loans VALUES (1,1,14),(2,1,7),(3,2,21),(4,4,3),(5,4,30);
`;

export const LIBRARY_QUESTIONS = [
  { id: 'count', question: 'How many books are there?', sql: 'SELECT COUNT(*) FROM books', split: 'train' },
  {
    id: 'pages',
    question: 'What is the average number of pages of books?',
    sql: 'SELECT AVG(pages) FROM books',
    split: 'train',
  },
  {
    id: 'french',
    question: 'List the names of authors from France.',
    sql: "SELECT name FROM authors WHERE country = 'France'",
    split: 'train',
  },
  {
    id: 'nobody',
    question: 'List the names of authors from Peru.',
    sql: "SELECT name FROM authors WHERE country = 'Peru'",
    split: 'train',
  },
  { id: 'own', question: 'Which books are long?', split: 'train' },
  {
    id: 'loans',
    question: 'How many loans are there?',
    sql: 'SELECT COUNT(*) FROM loans',
    sql_alternatives: ['SELECT COUNT(loan_id) FROM loans'],
    split: 'held-out',
  },
  { id: 'titles', question: 'List the titles of all books.', sql: 'SELECT title FROM books', split: 'held-out' },
];
