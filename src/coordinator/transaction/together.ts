/** Owns asking once for all who come at the same time: who comes while an answer is under way has that one. */
import { type Owner } from '../../engine/facts/owner';

type Ask<T> = (id: string, of: Owner | undefined) => Promise<T>;

/** Those of one caller: whose a transaction is, is asked with it. What fails, fails for all of them. */
export function together<T>(ask: Ask<T>): Ask<T> {
  const asked = new Map<string, Promise<T>>();
  return (id, of) => {
    const key = `${id} ${of?.name ?? ''}`;
    const found = asked.get(key) ?? ask(id, of).finally(() => asked.delete(key));
    asked.set(key, found);
    return found;
  };
}
