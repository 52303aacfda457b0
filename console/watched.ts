/**
 * Owns one transaction as it is now: by events, which tell each change, and by a look every few seconds for what no event tells (requests, their
 * errors, the next one). It also keeps when it saw what the document does not say: failed requests, and when a participant was settled.
 */
import { useEffect, useState } from 'preact/hooks';
import { NotAllowed, NotFound, ExpiredTransaction, Unauthenticated } from '../src/client/errors';
import { type Client } from '../src/client/contract';
import { type TransactionDocument } from '../src/protocol/client/document';

/** Of one participant, while this page was open. */
export interface Sighted {
  /** Times of failed requests, the newest last. */
  readonly failures: readonly string[];
  readonly settledAt?: string;
}

export interface Watched {
  readonly document?: TransactionDocument;
  readonly sighted: Readonly<Record<string, Sighted>>;
  /** Why it is not watched at this moment. */
  readonly error?: unknown;
}

const lookEveryMs = 4_000;
const comeAgainMs = 3_000;
const patienceMs = 10_000;
const mostFailures = 200;

export function useWatched(
  client: Client,
  id: string,
): Watched & { told: (document: TransactionDocument) => void } {
  const [watched, setWatched] = useState<Watched>({ sighted: {} });
  const told = (document: TransactionDocument): void => {
    setWatched(before => ({ document, sighted: sightedIn(document, before) }));
  };
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    setWatched({ sighted: {} });
    const failed = (error: unknown): void => {
      if (!signal.aborted) setWatched(before => ({ ...before, error }));
    };
    const tell = (document: TransactionDocument): void => {
      if (!signal.aborted) told(document);
    };
    void watch(client, id, { signal, tell, failed }).then(() => {
      ending.abort();
    });
    const timer = window.setInterval(() => {
      if (document.visibilityState === 'visible' && !signal.aborted)
        client.get(id, { signal, timeoutMs: lookEveryMs }).then(tell, failed);
    }, lookEveryMs);
    return () => {
      window.clearInterval(timer);
      ending.abort();
    };
  }, [client, id]);
  return { ...watched, told };
}

interface Watching {
  readonly signal: AbortSignal;
  readonly tell: (document: TransactionDocument) => void;
  readonly failed: (error: unknown) => void;
}

/** Until it has ended, or cannot be read at all. */
async function watch(client: Client, id: string, { signal, tell, failed }: Watching): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const document of client.watch(id, { signal, timeoutMs: patienceMs })) tell(document);
      return;
    } catch (error) {
      failed(error);
      if (isFinal(error)) return;
    }
    await new Promise(resolve => setTimeout(resolve, comeAgainMs));
  }
}

function isFinal(error: unknown): boolean {
  return [NotFound, ExpiredTransaction, NotAllowed, Unauthenticated].some(kind => error instanceof kind);
}

const settledStates: readonly string[] = ['committed', 'rolledback', 'forced'];

function sightedIn(
  document: TransactionDocument,
  { document: before, sighted }: Watched,
): Watched['sighted'] {
  return Object.fromEntries(
    document.participants.map(({ name, state, lastError, forced }) => {
      const known = sighted[name] ?? { failures: [] };
      const isNew = lastError !== undefined && !known.failures.includes(lastError.at);
      const failures = isNew ? [...known.failures, lastError.at].slice(-mostFailures) : known.failures;
      const was = before?.participants.find(each => each.name === name)?.state;
      const justSettled = was !== undefined && !settledStates.includes(was) && settledStates.includes(state);
      const settledAt = known.settledAt ?? forced?.at ?? (justSettled ? new Date().toISOString() : undefined);
      return [name, { failures, ...(settledAt === undefined ? {} : { settledAt }) }];
    }),
  );
}
