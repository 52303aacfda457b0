/** Owns what the coordinator can say of a transaction that somebody else names. */
import { type FencedLock } from '../wire/locks';
import { type Decision } from '../wire/phases';
import { type InterruptedRun } from './steps';

/** What the coordinator says of an id that a participant lists. */
export type IdStanding =
  | { readonly is: 'foreign' }
  | { readonly is: 'running' }
  | ({ readonly is: 'interrupted' } & InterruptedRun)
  | { readonly is: 'decided'; readonly decision: Decision }
  | { readonly is: 'unknown'; readonly expired: boolean };

/** What a regular call to this participant of a closed transaction is made of, and what stands in its way. */
export type Completion =
  | {
      readonly is: 'due';
      readonly decision: Decision;
      readonly payload?: unknown;
      readonly locks?: readonly FencedLock[];
      readonly statusUrl?: string;
    }
  | { readonly is: 'notDecided' }
  | { readonly is: 'forced'; readonly detail: string }
  | { readonly is: 'stranger' }
  /** It is not as this version knows transactions. */
  | { readonly is: 'unreadable'; readonly detail: string };

export type TakenUp =
  | { readonly is: 'done' }
  /** Somebody else did, or there was nothing to take up. */
  | { readonly is: 'gone' }
  | { readonly is: 'failed'; readonly detail: string }
  | { readonly is: 'unreplayable'; readonly detail: string };
