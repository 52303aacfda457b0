/** Owns what a worker's activities need of locks. Every method rejects with what Temporal answers: asking again is harmless. */
import { type Ms } from '../wire/phases';
import { type AcquireAnswer } from './answer';
import { type Acquire, type Looked } from './events';

export interface LockPorts {
  /** Repeated by the same holder, it is answered the same. `waitMs` is counted by the lock's clock. */
  ask(
    resource: string,
    acquire: Omit<Acquire, 'type' | 'until'> & { readonly waitMs: Ms },
  ): Promise<AcquireAnswer>;
  /** Reaches the lock, also one that had not been used: what arrives late there then gets nothing. */
  releaseFor(transactionId: string, resource: string): Promise<void>;
  lookAt(transactionId: string): Promise<Looked['saw']>;
}
