import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import { FoundByItself, showWritten } from '../../../src/engine/run/showing.ts';
import { makeConfig } from '../../../src/grpo/config.ts';
import { isRight } from '../../../src/grpo/exploration.ts';
import { ownQuestion } from '../../../src/grpo/questions.ts';
import { GRPOTrainer } from '../../../src/grpo/trainer.ts';
import type { Group, Sampler } from '../../../src/grpo/types.ts';
import { rewardsFor } from '../../../src/cli/parts.ts';
import { makeSketchSampler } from '../../../src/samplers/sketch/sketch-sampler.ts';

const CLUB = `
CREATE TABLE members (member_id INTEGER PRIMARY KEY, name TEXT NOT NULL, town TEXT);
CREATE TABLE visits (visit_id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES members, day TEXT, minutes INTEGER);
INSERT INTO members VALUES (1,'Ann','Bern'),(2,'Bob','Thun'),(3,'Cleo','Bern'),(4,'Dan','Chur');
INSERT INTO visits VALUES (1,1,'2024-01-03',30),(2,1,'2024-01-04',35),(3,1,'2024-02-01',20),(4,2,'2024-02-02',90),
 (5,2,'2024-03-01',15),(6,3,'2024-03-02',60),(7,4,'2024-03-05',5);`;
const QUESTION = 'Who trains longest?';
const RIGHT = 'SELECT name FROM members JOIN visits USING (member_id) GROUP BY name ORDER BY SUM(minutes) DESC LIMIT 1';

const config = makeConfig({ feedback_weight: 1 });
const { signal } = new AbortController();
let database: SqliteDatabase;
beforeAll(async () => {
  database = await SqliteDatabase.open(CLUB);
});
afterAll(() => database.close());

function trainerFor(corrected: string, sampler: Sampler = makeSketchSampler({ schema: database.schema })): GRPOTrainer {
  const said = { approved: [], disapproved: [], corrected: [corrected] };
  return new GRPOTrainer({ config, sampler, database, seed: 3, rewards: rewardsFor(database, async () => said) });
}
const rights = ({ completions }: Group): boolean[] => completions.map(({ rewards }) => isRight(rewards));

describe('an answer that is shown', () => {
  it('stands in each group that finds none, until they are right by themselves, and is the greedy answer then', async () => {
    const trainer = trainerFor(RIGHT);
    const asked = ownQuestion(QUESTION, []);
    expect(await showWritten(trainer, asked, RIGHT, signal)).toBe(60);
    const found = new FoundByItself();
    const groups: Group[] = [];
    while (!found.isEnough && trainer.step < 60) {
      const step = await trainer.runStep([asked]);
      found.take(step);
      groups.push(...step.groups);
    }
    expect(found.isEnough).toBe(true);
    expect(groups.every((group) => rights(group).includes(true))).toBe(true);
    const shown = groups.flatMap(({ completions }) => completions.filter(({ replayed }) => replayed === true));
    expect(shown.length).toBeGreaterThan(0);
    // What is shown is the likest: it adds the minutes up, as what was given does.
    for (const { sql } of shown) expect(sql).toMatch(/SUM\(.*minutes\)/);
    expect(groups.slice(-3).flatMap(rights)).not.toContain(false);
    const greedy = await trainer.sampler.greedy({
      ...{ question: QUESTION, policy: trainer.policy, temperature: config.temperature, random: () => 0 },
    });
    const [result, given] = await database.execute([greedy.sql, RIGHT]);
    expect(result?.rows).toEqual(given?.rows);
  });

  it('draws nothing of the run’s own chance', async () => {
    const [shown, plain] = [trainerFor(RIGHT), trainerFor(RIGHT)];
    await showWritten(shown, ownQuestion(QUESTION, []), RIGHT, signal);
    expect(shown.state().randomState).toEqual(plain.state().randomState);
  });

  it('is none where the sampler writes nothing of the kind: there is nothing to learn then', async () => {
    const odd = "SELECT group_concat(name, ' & ') || '!' FROM (SELECT name FROM members ORDER BY length(town), name)";
    const trainer = trainerFor(odd);
    expect(await showWritten(trainer, ownQuestion(QUESTION, []), odd, signal)).toBe(0);
  });

  it('is not looked for with a sampler that cannot write the same again', async () => {
    const sampler: Sampler = makeSketchSampler({ schema: database.schema });
    delete sampler.replay;
    sampler.generateGroup = () => Promise.reject(new Error('It was asked for a group.'));
    expect(await showWritten(trainerFor(RIGHT, sampler), ownQuestion(QUESTION, []), RIGHT, signal)).toBe(12);
  });
});
