/** Owns what keeps a page true while it is looked at: a clock, and reading again every few seconds, never while nobody sees it. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** The time, every second unless that is too often for what is drawn anew with it. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (document.visibilityState === 'visible') setNow(Date.now());
    }, everyMs);
    return () => {
      window.clearInterval(timer);
    };
  }, [everyMs]);
  return now;
}

export interface Loaded<T> {
  /** As it was read last; it stays while newer ones cannot be had. */
  readonly data?: T;
  /** Why there is nothing newer. */
  readonly error?: unknown;
  readonly again: () => void;
}

interface Held<T> {
  readonly key: string;
  readonly data?: T;
  readonly error?: unknown;
}

/**
 * @param key what is read: another one forgets what was read before
 * @param everyMs 0: once
 */
export function useLoaded<T>(key: string, read: (signal: AbortSignal) => Promise<T>, everyMs = 0): Loaded<T> {
  const [held, setHeld] = useState<Held<T>>({ key });
  const [round, setRound] = useState(0);
  const reading = useRef(read);
  reading.current = read;
  const again = useCallback(() => {
    setRound(nth => nth + 1);
  }, []);
  useEffect(() => {
    const ending = new AbortController();
    let timer: number | undefined;
    let isMissed = false;
    const later = (): void => {
      if (everyMs > 0 && !ending.signal.aborted) timer = window.setTimeout(look, everyMs);
    };
    const look = (): void => {
      isMissed = document.visibilityState !== 'visible';
      if (isMissed) {
        later();
        return;
      }
      reading
        .current(ending.signal)
        .then(data => {
          if (!ending.signal.aborted) setHeld({ key, data });
        })
        .catch((error: unknown) => {
          if (!ending.signal.aborted)
            setHeld(before => (before.key === key ? { ...before, error } : { key, error }));
        })
        .finally(later);
    };
    /** A page that was opened behind another has nothing yet. */
    const seen = (): void => {
      if (!isMissed || document.visibilityState !== 'visible') return;
      window.clearTimeout(timer);
      look();
    };
    document.addEventListener('visibilitychange', seen);
    look();
    return () => {
      document.removeEventListener('visibilitychange', seen);
      ending.abort();
      window.clearTimeout(timer);
    };
  }, [key, round, everyMs]);
  const { data, error }: Partial<Held<T>> = held.key === key ? held : {};
  return { again, ...(data === undefined ? {} : { data }), ...(error === undefined ? {} : { error }) };
}
