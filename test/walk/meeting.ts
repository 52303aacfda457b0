/**
 * Owns the one kill that several transactions share: who is at its step keeps the request open until the others are at theirs. None is
 * kept open so long that something else comes of it: then the kill comes without who is late, and that step is walked again, by itself.
 */
import { type Step } from './steps';

/** A good deal less than the first task waits for votes (150 ms), and than a request of phase two may take (a second). */
const heldMs = { prepare: 60, commit: 500, rollback: 500 };

export interface Meeting {
  /** Resolves when everybody is at its step, or is waited for no longer. */
  readonly arrived: (step: Step) => Promise<void>;
  /** Takes place once, however often a step comes again. */
  readonly kill: () => Promise<number>;
  /** Resolves with when that was. */
  readonly killed: Promise<number>;
  /** Whether it was at its step by then. */
  readonly wasAt: (step: Step) => boolean;
}

export function meetingOf(steps: readonly Step[], kill: () => Promise<number>): Meeting {
  const here = new Set(steps.filter(({ at }) => at === 'post'));
  let begun: Promise<number> | undefined;
  let tellKilled: (at: number) => void = () => undefined;
  const killed = new Promise<number>(resolve => (tellKilled = resolve));
  let letGo = (): void => undefined;
  const gone = new Promise<void>(resolve => (letGo = resolve));
  return {
    arrived: step => {
      if (begun === undefined) here.add(step);
      if (here.size === steps.length) letGo();
      else if (step.at === 'request') setTimeout(letGo, heldMs[step.phase]);
      return gone;
    },
    kill: () => {
      begun ??= kill();
      void begun.then(tellKilled);
      return begun;
    },
    killed,
    wasAt: step => here.has(step),
  };
}
