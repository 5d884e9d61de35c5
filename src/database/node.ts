/** The database worker for Node: what the command line and the tests give to `WatchedDatabase.open`. */
export { spawnNodeDatabase } from './node-spawn.mjs';
