import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { Schema } from '../../src/grpo/types.ts';
import { makeAnalyser } from '../../src/linking/analyse.ts';
import { makeTakeApart, unspacedRuns } from '../../src/linking/unspaced.ts';
import { tokenise } from '../../src/linking/words.ts';

const ORDERS = `
  CREATE TABLE 订单(编号 INTEGER PRIMARY KEY, 客户 TEXT, 城市 TEXT, 订单日期 TEXT, 金额 REAL);
  INSERT INTO 订单 VALUES (1, '张', '北京', '2024-01-02', 10), (2, '李', '上海', '2024-02-03', 20), (3, '王', '新北京', '2024-03-04', 30);
  CREATE TABLE 注文(番号 INTEGER PRIMARY KEY, 都市 TEXT, 合計 REAL);
  INSERT INTO 注文 VALUES (1, '東京', 10), (2, 'ニューヨーク', 20);
  CREATE TABLE 주문(번호 INTEGER PRIMARY KEY, 도시 TEXT, 금액 REAL);
  INSERT INTO 주문 VALUES (1, '서울', 10), (2, '부산', 20);
  CREATE TABLE คำสั่งซื้อ(รหัส INTEGER PRIMARY KEY, เมือง TEXT, ยอดเงิน REAL);
  INSERT INTO คำสั่งซื้อ VALUES (1, 'กรุงเทพ', 10);`;

async function read(question: string): Promise<{ names: string[]; values: string[]; words: string[] }> {
  const database = await SqliteDatabase.open(ORDERS);
  const { tables, columns, values, tokens } = makeAnalyser(database.schema)(question);
  database.close();
  const sure = <T extends { score: number }>(links: readonly T[]): T[] => links.filter(({ score }) => score >= 0.9);
  return {
    names: [...sure(tables).map(({ table }) => table), ...sure(columns).map(({ column }) => column)],
    values: sure(values).map(({ value }) => value),
    words: tokens.map(({ text }) => text),
  };
}

test.each([
  ['北京的订单金额是多少？', ['订单', '金额'], ['北京'], ['北京', '的', '订单', '金额', '是', '多少']],
  ['新北京的订单日期', ['订单日期'], ['新北京'], ['新北京', '的', '订单日期']],
  [
    '東京の注文の合計はいくらですか',
    ['注文', '合計'],
    ['東京'],
    ['東京', 'の', '注文', 'の', '合計', 'は', 'いくら', 'ですか'],
  ],
  ['ニューヨークの注文', ['注文'], ['ニューヨーク'], ['ニューヨーク', 'の', '注文']],
  [
    '서울의 주문 금액은 얼마인가요?',
    ['주문', '금액'],
    ['서울'],
    ['서울', '의', '주문', '금액', '은', '얼마', '인가요'],
  ],
  ['ยอดเงินของคำสั่งซื้อในกรุงเทพ', ['คำสั่งซื้อ', 'ยอดเงิน'], ['กรุงเทพ'], ['ยอดเงิน', 'ของ', 'คำสั่งซื้อ', 'ใน', 'กรุงเทพ']],
  ['红色订单的金额', ['订单', '金额'], [], ['红色', '订单', '的', '金额']],
  [
    'How many 订单 are there in each 城市?',
    ['订单', '城市'],
    [],
    ['How', 'many', '订单', 'are', 'there', 'in', 'each', '城市'],
  ],
  ['VIP客户的金额', ['客户', '金额'], [], ['VIP', '客户', '的', '金额']],
])('%s', async (question, names, values, words) => {
  const found = await read(question);
  expect(found.words).toEqual(words);
  expect(found.names).toEqual(expect.arrayContaining(names));
  expect(found.values).toEqual(expect.arrayContaining(values));
});

test('what holds nothing of the database stays one word', async () => {
  expect((await read('天气怎么样')).words).toEqual(['天气怎么样']);
  expect(tokenise('天气怎么样').map(({ text }) => text)).toEqual(['天气怎么样']);
});

const LETTERS = fc.constantFrom('北', '京', '订', '单', '的', 'の', 'か');
const WORD = fc.string({ unit: LETTERS, minLength: 1, maxLength: 4 });

test('its words together are the run, and of the words of the database the longest is taken from the left', () => {
  fc.assert(
    fc.property(
      fc.array(WORD, { minLength: 1, maxLength: 8 }),
      fc.string({ unit: LETTERS, maxLength: 12 }),
      (held, run) => {
        const schema: Schema = {
          tables: [],
          foreignKeys: [],
          profiles: [{ table: 't', column: 'c', holds: 'text', values: held }],
        } as unknown as Schema;
        const pieces = makeTakeApart(schema)(run);
        const first = [...run].findIndex((_, at) => held.some((word) => run.startsWith(word, at)));
        if (pieces === null) {
          expect(first).toBe(-1);
          return;
        }
        expect(pieces.map(({ text }) => text).join('')).toBe(run);
        const longest = held.filter((word) => run.startsWith(word, first)).sort((a, b) => b.length - a.length)[0];
        let at = 0;
        for (const { text } of pieces) {
          if (at === first) expect(text).toBe(longest);
          at += text.length;
        }
      },
    ),
  );
});

test('an English question has none of it', () => {
  expect(unspacedRuns('How many orders, naïve façade – “quoted” 1½?')).toEqual([]);
});
