/**
 * Owns what is counted once it is known whether it happened: the answer of Temporal's that would have said so was lost. Looked up again
 * after growing pauses, for a minute or two; what nobody knows then is not counted, and a line of log says so.
 */
import { type Ms } from '../../protocol/wire/phases';
import { type Log } from '../log';

const pausesMs: readonly Ms[] = [
  500, 1_000, 2_000, 2_000, 2_000, 4_000, 4_000, 8_000, 16_000, 32_000, 60_000,
];
/** In trouble that lasts, each transaction is in doubt. */
const mostAtOnce = 1_000;

export interface Doubt {
  readonly what: string;
  readonly transactionId: string;
  /** Undefined, or a rejection: not known yet. */
  readonly look: () => Promise<boolean | undefined>;
  readonly count: () => void;
}

export function doubts(log: Pick<Log, 'warn'>): (doubt: Doubt) => void {
  let open = 0;
  const settle = (doubt: Doubt, nth: number): void => {
    setTimeout(() => {
      void doubt.look().then(
        happened => {
          if (happened === undefined) again(doubt, nth);
          else close(doubt, happened);
        },
        (err: unknown) => {
          again(doubt, nth, err);
        },
      );
    }, pausesMs[nth]).unref();
  };
  const again = (doubt: Doubt, nth: number, err?: unknown): void => {
    if (nth + 1 < pausesMs.length) settle(doubt, nth + 1);
    else {
      open -= 1;
      leaveOut(doubt, err);
    }
  };
  const close = ({ count }: Doubt, happened: boolean): void => {
    open -= 1;
    if (happened) count();
  };
  const leaveOut = ({ what, transactionId }: Doubt, err?: unknown): void => {
    log.warn({ transactionId, err }, `it is not known whether the transaction ${what}: metrics leave it out`);
  };
  return doubt => {
    if (open >= mostAtOnce) {
      leaveOut(doubt);
      return;
    }
    open += 1;
    settle(doubt, 0);
  };
}
