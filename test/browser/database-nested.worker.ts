/** Opens a database worker from inside a worker, as the engine does, and reports. */
import { spawnWebDatabase } from '../../src/database/web.ts';
import { WatchedDatabase } from '../../src/database/watched-database.ts';
import { UNINTERRUPTIBLE } from '../database/uninterruptible.ts';
import { SHOP_SQL } from '../database/shop.ts';

try {
  const database = await WatchedDatabase.open(SHOP_SQL, spawnWebDatabase);
  const executions = await database.execute(['SELECT 1', UNINTERRUPTIBLE, 'SELECT count(*) FROM customers'], {
    budget: { deadlineMs: 300 },
  });
  database.close();
  postMessage({ statuses: executions.map(({ status }) => status), rows: executions[2]?.rows });
} catch (error) {
  postMessage({ error: String(error) });
}
