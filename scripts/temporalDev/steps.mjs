// The steps of a start. Owns: their order of checks, and what is said when one of them stops it.
//   prepare   before a binary is looked for: takes the data directory, sees what runs in it and on the ports
//   begin     right before the server: the version, where its Web UI listens, the record of the server
//   ready     once the server answers: says where everything is
// Can fail: a directory that is not ours, an owner that lives, a server left behind, a port in use, another
// version's database (throws, with what to do).
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
import { answers, unguessable, whyTaken } from './ports.mjs';
import { makePrivate } from './privacy.mjs';

const DOOR_WAIT_MS = 3_000;

/**
 * Prints what to do, "start" or "takeOver", the two ports and the data directory; then the version that the
 * directory or the running server has, and for taking over the pid of that server. No path to a binary: what
 * is run is looked for, never read from a file.
 */
export async function prepare(start) {
  take(start);
  const running = readServer(start.dataDir);
  if (running !== undefined && isAlive(running)) {
    if (start.owner.kind !== 'coordinator') throw new Error(leftBehind(start.dataDir, running));
    if (await isAsWanted(running, start)) return plan('takeOver', start, running.version, running.pid);
    say(`stopping the server that a killed coordinator left on port ${running.port} (pid ${running.pid})`);
    await stop(running);
  }
  if (running?.uiPort === start.uiPort) await untilFree(start.uiPort);
  await checkPort('DTC_TEMPORAL_PORT', start.port);
  await checkPort('DTC_TEMPORAL_UI_PORT', start.uiPort);
  return plan('start', start, readVersion(start.dataDir) ?? '');
}

/** One of an earlier version has no door before its Web UI, and a door may have ended alone. */
async function isAsWanted(running, { port, uiPort }) {
  if (running.port !== port || running.uiPort !== uiPort || running.uiBehind === undefined) return false;
  return await answers(uiPort);
}

function plan(action, { port, uiPort, dataDir }, ...rest) {
  return [action, port, uiPort, dataDir, ...rest];
}

function take({ dataDir, owner }) {
  let taken;
  try {
    makePrivate(dataDir).forEach(say);
    taken = claim(dataDir, owner);
  } catch (error) {
    if (error.code === undefined) throw error; // it says what to do
    throw new Error(notWritable(dataDir, error), { cause: error });
  }
  if (taken.heldBy !== undefined) throw new Error(heldBy(dataDir, taken.heldBy));
}

/** The door of a server that ended this moment sees it a moment later. */
async function untilFree(port) {
  for (const until = Date.now() + DOOR_WAIT_MS; (await whyTaken(port)) !== undefined && Date.now() < until;)
    await new Promise(resolve => setTimeout(resolve, 50));
}

async function checkPort(name, port) {
  const why = await whyTaken(port);
  if (why !== undefined) throw new Error(`${name} ${port} ${why} — set ${name} to a free port`);
}

/**
 * Prints the database's path, and the address and port that the Web UI is to listen on. The server is recorded first and the claim looked at again after that: a
 * coordinator that took over from a dead one meanwhile either finds the record, or is found here.
 */
export async function begin(start, version) {
  const { dataDir, owner, serverPid, port, uiPort } = start;
  const recorded = readVersion(dataDir);
  if (recorded !== undefined && recorded !== version)
    throw new Error(otherVersion(dataDir, recorded, version));
  const ui = await unguessable();
  recordServer(dataDir, {
    pid: serverPid,
    startTime: startTime(serverPid),
    since: owner.since,
    port,
    uiPort,
    uiBehind: `${ui.host}:${ui.port}`,
    version,
  });
  if (!isClaimedBy(dataDir, owner))
    throw new Error(`the data directory ${dataDir} has gone to another process`);
  const aside = setAsideUnfinished(dataDir);
  if (aside !== undefined)
    say(`the database was never finished, a new one is made; the old one is now ${aside}`);
  rotateLog(dataDir);
  return [databaseFile(dataDir), ui.host, ui.port];
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
