/**
 * Owns what Temporal alone shows of an own call that is open, and what becomes of it where the call is cut off. Cut off between two
 * attempts, a call takes along how many requests it sent and what came of the last: so who acts on a transaction by HTTP says what it was
 * shown, right before. Without it (a signal, say) the document knows less afterwards.
 *
 * I1 to I12: it is shown again, and nothing else: nothing is decided by it, no exposure and no count that is compared with the
 * configured attempts is made of it, so it need not be believed.
 */
import { given } from '../wire/given';
import { plain } from '../wire/plainText';
import { shortened } from '../wire/shortened';
import { isAmount, isText, membersOf } from '../wire/shapes';
import { ownKey } from './callKeys';
import { withParticipants } from './calls';
import { isDatedFailure } from './results';
import { type DatedFailure, type Participant, type ShownCall, type Transaction } from './state';

/** The own calls that are open, by their keys. */
export function openKeys(t: Transaction): readonly string[] {
  return t.participants.flatMap(p => keyOf(p) ?? []);
}

/** The transaction, whose open calls know what was shown of them. */
export function noteShown(t: Transaction, shown: readonly ShownCall[] | undefined): Transaction {
  if (shown === undefined) return t;
  const byKey = new Map(shown.map(({ key, ...what }) => [key, what]));
  return withParticipants(t, p => {
    const what = byKey.get(keyOf(p) ?? '');
    return p.call === undefined || what === undefined ? p : { ...p, call: { ...p.call, shown: what } };
  });
}

function keyOf({ target, call }: Participant): string | undefined {
  return call?.lane === 'own' ? ownKey(call.phase, target.name, call.nth) : undefined;
}

/** What can be read of what was sent; anybody may have sent it. Undefined where that is nothing. */
export function shownCalls(sent: unknown): readonly ShownCall[] | undefined {
  const shown = (Array.isArray(sent) ? (sent as readonly unknown[]) : []).flatMap(each => shownCall(each));
  return shown.length === 0 ? undefined : shown;
}

function shownCall(value: unknown): ShownCall[] {
  const { key, requests, failure } = membersOf(value);
  if (!isText(key) || !isAmount(requests)) return [];
  return [{ key, requests: Math.floor(requests), ...given({ failure: datedFailure(failure) }) }];
}

const longest = { code: 64, message: 1000 };

function datedFailure(value: unknown): DatedFailure | undefined {
  if (!isDatedFailure(value)) return undefined;
  const { code, message, status, at } = value;
  const texts = {
    code: plain(shortened(code, longest.code)),
    message: plain(shortened(message, longest.message)),
  };
  return { ...texts, ...given({ status }), at };
}
