/**
 * Owns whose a transaction is: the caller that started it, told apart by where its name comes from. A token is `alice`, a JWT of
 * that `sub` is `jwt:alice`; a token's name has no colon, so none is both.
 */
import { type StartMemo } from './memo';

export interface Owner {
  /** What it is called everywhere: in memos, actions, leases and logs. */
  readonly name: string;
  /** Without where it comes from: what older versions knew it by. */
  readonly plainName: string;
  /**
   * What an older version started for `plainName` is its own. Of a JWT only where no token has the name: which of the two it
   * was, nobody wrote down.
   */
  readonly ownsUnmarked: boolean;
}

export function isOwnedBy({ owner, startedBy }: Pick<StartMemo, 'owner' | 'startedBy'>, by: Owner): boolean {
  return owner === undefined ? by.ownsUnmarked && startedBy === by.plainName : owner === by.name;
}
