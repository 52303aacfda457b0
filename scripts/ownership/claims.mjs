// Who owns a directory: a data directory's coordinator or temporal-dev.sh, or the set-up that is installing.
//
// Claims are numbered files, owner.1.json, owner.2.json, …; the highest one counts, and only while the
// process it names lives. A claim is made by linking a finished file to the next number, which at most one
// process can do, and the highest number is never removed: so a dead owner is succeeded without a moment in
// which two processes could both take its place. To let go, an owner empties its file.
// Can fail: the directory cannot be written (throws).
import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './process.mjs';

const CLAIM = /^owner\.(\d+)\.json$/;

/**
 * Takes the directory for `owner` ({ pid, startTime, token }), or finds that it has it: { file }. { heldBy }
 * when another one that lives has it.
 */
export function claim(directory, owner) {
  for (;;) {
    const current = currentClaim(directory);
    if (isOf(current, owner)) return { file: current.file };
    if (current?.owner !== undefined && isAlive(current.owner)) return { heldBy: current.owner };
    const number = (current?.number ?? 0) + 1;
    if (link(directory, number, owner)) removeBelow(directory, number);
  }
}

/** Whether the directory is still the owner's, and the owner still lives. */
export function isClaimedBy(directory, owner) {
  return isOf(currentClaim(directory), owner) && isAlive(owner);
}

/** Lets go of a claim that `claim` gave. */
export function release(file) {
  writeFileSync(file, '');
}

// One process may own the same directory more than once in its life: the token tells its claims apart.
function isOf(current, owner) {
  const named = current?.owner;
  return named?.pid === owner.pid && named.startTime === owner.startTime && named.token === owner.token;
}

function currentClaim(directory) {
  const number = Math.max(0, ...claimNumbers(directory));
  if (number === 0) return undefined;
  const file = fileOf(directory, number);
  return { number, file, owner: readJson(file) };
}

function link(directory, number, owner) {
  const draft = join(directory, `owner.${randomUUID()}.draft`);
  writeFileSync(draft, `${JSON.stringify(owner)}\n`);
  try {
    linkSync(draft, fileOf(directory, number));
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

function removeBelow(directory, number) {
  for (const lower of claimNumbers(directory).filter(each => each < number)) {
    try {
      unlinkSync(fileOf(directory, lower));
    } catch {
      // another process was first
    }
  }
}

const fileOf = (directory, number) => join(directory, `owner.${number}.json`);

function claimNumbers(directory) {
  return readdirSync(directory)
    .flatMap(name => CLAIM.exec(name)?.[1] ?? [])
    .map(Number);
}

/** undefined when the file is not there or not whole: then it names nobody. */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
