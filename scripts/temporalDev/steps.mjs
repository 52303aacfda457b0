// The steps of a start. Owns: their order of checks, and what is said when one of them stops it.
//   prepare   before a binary is looked for: takes the data directory, sees what runs in it and on the ports
//   begin     right before the server: the version, the record of the server
//   ready     once the server answers: says where everything is
// Can fail: an owner that lives, a server left behind, a port in use, another version's database (throws,
// with what to do).
import { mkdirSync } from 'node:fs';
import { claim, isClaimedBy } from '../ownership/claims.mjs';
import { isAlive, startTime, stop } from '../ownership/process.mjs';
import {
  databaseFile,
  readServer,
  readVersion,
  recordServer,
  recordVersion,
  rotateLog,
  setAsideUnfinished,
} from './directory.mjs';
import { heldBy, leftBehind, notWritable, otherVersion, readyBlock } from './messages.mjs';
import { whyTaken } from './ports.mjs';

/**
 * Prints what to do, "start" or "takeOver", the two ports and the data directory; for a start the version
 * that the directory has, for taking over the pid and the binary of the server in it.
 */
export async function prepare(start) {
  take(start);
  const running = readServer(start.dataDir);
  if (running !== undefined && isAlive(running)) {
    if (start.owner.kind !== 'coordinator') throw new Error(leftBehind(start.dataDir, running));
    if (running.port === start.port && running.uiPort === start.uiPort)
      return plan('takeOver', start, running.pid, running.binary);
    say(`stopping the server that a killed coordinator left on port ${running.port} (pid ${running.pid})`);
    await stop(running);
  }
  await checkPort('DTC_TEMPORAL_PORT', start.port);
  await checkPort('DTC_TEMPORAL_UI_PORT', start.uiPort);
  return plan('start', start, readVersion(start.dataDir) ?? '');
}

function plan(action, { port, uiPort, dataDir }, ...rest) {
  return [action, port, uiPort, dataDir, ...rest];
}

function take({ dataDir, owner }) {
  let taken;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    taken = claim(dataDir, owner);
  } catch (error) {
    throw new Error(notWritable(dataDir, error), { cause: error });
  }
  if (taken.heldBy !== undefined) throw new Error(heldBy(dataDir, taken.heldBy));
}

async function checkPort(name, port) {
  const why = await whyTaken(port);
  if (why !== undefined) throw new Error(`${name} ${port} ${why} — set ${name} to a free port`);
}

/**
 * Prints the database's path. The server is recorded first and the claim looked at again after that: a
 * coordinator that took over from a dead one meanwhile either finds the record, or is found here.
 */
export function begin(start, version, binary) {
  const { dataDir, owner, serverPid, port, uiPort } = start;
  const recorded = readVersion(dataDir);
  if (recorded !== undefined && recorded !== version)
    throw new Error(otherVersion(dataDir, recorded, version));
  recordServer(dataDir, {
    pid: serverPid,
    startTime: startTime(serverPid),
    since: owner.since,
    port,
    uiPort,
    version,
    binary,
  });
  if (!isClaimedBy(dataDir, owner))
    throw new Error(`the data directory ${dataDir} has gone to another process`);
  const aside = setAsideUnfinished(dataDir);
  if (aside !== undefined)
    say(`the database was never finished, a new one is made; the old one is now ${aside}`);
  rotateLog(dataDir);
  return [databaseFile(dataDir)];
}

/** Prints the ready block for a person, or one line of JSON for the coordinator. */
export function ready(start) {
  const server = readServer(start.dataDir);
  recordVersion(start.dataDir, server.version);
  if (start.owner.kind !== 'coordinator') return readyBlock(start.dataDir, server);
  return [JSON.stringify(server)];
}

function say(text) {
  console.error(`temporal-dev: ${text}`);
}
