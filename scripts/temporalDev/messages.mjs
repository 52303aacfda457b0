// What temporal-dev.sh says: what happened, to what, and what to do. Owns no behaviour.
import { databaseFile } from './directory.mjs';

export function heldBy(dataDir, { kind, pid, since, port, uiPort }) {
  const who = kind === 'coordinator' ? 'another coordinator' : 'temporal-dev.sh';
  return `the data directory ${dataDir} is in use by ${who} (pid ${pid}, since ${since}, Temporal at 127.0.0.1:${port}, Web UI at http://127.0.0.1:${uiPort})
To use that Temporal server, set TEMPORAL_ADDRESS=127.0.0.1:${port}.
To start one of its own, stop pid ${pid} first, or set DTC_DATA_DIR, DTC_TEMPORAL_PORT and DTC_TEMPORAL_UI_PORT to others.`;
}

export function leftBehind(dataDir, { pid, since, port }) {
  return `the data directory ${dataDir} is in use by a Temporal server that a killed coordinator left behind (pid ${pid}, since ${since}, at 127.0.0.1:${port})
npm start takes it over. To stop it: kill ${pid}`;
}

export function notWritable(dataDir, error) {
  return `DTC_DATA_DIR is "${dataDir}": it must be a directory that can be made and written (${error.message})`;
}

export function otherVersion(dataDir, recorded, version) {
  return `the data directory ${dataDir} was made by Temporal server ${recorded}, and this is ${version}: start-dev does not migrate its database
To start with an empty one: mv ${dataDir} ${dataDir}-${recorded}, or set DTC_DATA_DIR to another directory.
To read the old transactions, run a Temporal CLI whose server is ${recorded}: temporal server start-dev --db-filename ${databaseFile(dataDir)}`;
}

export function readyBlock(dataDir, { pid, version, port, uiPort }) {
  return [
    `Temporal server ${version} is ready (pid ${pid}; Ctrl-C stops it)`,
    `  address   127.0.0.1:${port}`,
    `  Web UI    http://127.0.0.1:${uiPort}`,
    `  database  ${databaseFile(dataDir)}`,
  ];
}
