/**
 * Owns the check of fencing tokens (I12), at prepare only: a token that is older than what this service has seen belongs
 * to a holder whose lock has passed on.
 *
 * An exclusive token is refused when older than any seen for its resource. A shared one is refused when older than the
 * last exclusive one: two shared holders may arrive in either order.
 */
import { byResource } from '../../protocol/wire/locks';
import { type FencedLock } from '../contract';
import { type Dialect, orIgnore, type Session } from '../stores/contract';

/** Why a lock has passed on, or undefined; then its token is the newest seen. */
export async function checkFences(
  session: Session,
  dialect: Dialect,
  locks: readonly FencedLock[],
): Promise<string | undefined> {
  const inOrder = [...locks].sort(byResource); // so that two calls cannot deadlock
  for (const each of inOrder) {
    const why = await checkFence(session, dialect, each);
    if (why !== undefined) return why;
  }
  return undefined;
}

async function checkFence(session: Session, dialect: Dialect, held: FencedLock): Promise<string | undefined> {
  const { resource, mode, fencingToken } = held;
  await session.query(
    `INSERT INTO dtc_fences (resource, exclusive_token, any_token) VALUES (?, 0, 0) ${orIgnore(dialect, 'resource')}`,
    [resource],
  );
  const [row] = await session.query(
    `SELECT exclusive_token, any_token FROM dtc_fences WHERE resource = ?${dialect.forUpdate}`,
    [resource],
  );
  const seen = { exclusive: Number(row?.['exclusive_token']), any: Number(row?.['any_token']) };
  const newest = mode === 'exclusive' ? seen.any : seen.exclusive;
  if (fencingToken < newest)
    return `its ${mode} lock on ${JSON.stringify(resource)} has passed on: fencing token ${fencingToken} is older than ${newest}`;
  await session.query('UPDATE dtc_fences SET exclusive_token = ?, any_token = ? WHERE resource = ?', [
    mode === 'exclusive' ? fencingToken : seen.exclusive,
    Math.max(seen.any, fencingToken),
    resource,
  ]);
  return undefined;
}
