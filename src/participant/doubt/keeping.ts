/** Owns what looking after prepared transactions needs. */
import { type KitLog, type ParticipantOptions } from '../contract';
import { type ResourceManager } from '../resourceManager';
import { type Session } from '../stores/contract';

export interface Keeping {
  readonly transaction: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  readonly service: string;
  readonly manager: ResourceManager;
  readonly log: KitLog;
  readonly options: ParticipantOptions;
  /** Aborted when the service closes. */
  readonly stopping: AbortSignal;
}
