/**
 * Owns settling what is in doubt for long by what the coordinator says. One that cannot be settled keeps no other waiting,
 * and who closes the service waits for what was asked already, not for all that is in doubt.
 */
import { type CoordinatorAccess, type KitLog, type ParticipantOptions } from '../contract';
import { type VoteRecord } from '../ledger/record';
import { loggable } from '../loggable';
import { type ResourceManager, settle } from '../resourceManager';
import { type Session } from '../stores/contract';
import { askDecision } from './ask';
import { given } from '../../protocol/wire/given';

/** What looking after prepared transactions needs. */
export interface Keeping {
  readonly transaction: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  readonly service: string;
  readonly manager: ResourceManager;
  readonly log: KitLog;
  readonly options: ParticipantOptions;
  /** Aborted when the service closes. */
  readonly stopping: AbortSignal;
}

const atOnce = 8;

/** Asks about each that is in doubt for longer than `askAfterMs`, oldest first. */
export async function askInDoubt(keeping: Keeping): Promise<void> {
  const { coordinator } = keeping.options;
  if (coordinator === undefined) return;
  const before = Date.now() - (coordinator.askAfterMs ?? 60_000);
  let after: VoteRecord | undefined;
  while (!keeping.stopping.aborted) {
    const page = await keeping.manager.prepared({ limit: atOnce, ...given({ after }) });
    const old = page.filter(each => each.createdAt <= before);
    await Promise.all(old.map(each => askOneSafely(keeping, coordinator, each)));
    if (old.length < atOnce) return;
    after = old.at(-1);
  }
}

async function askOneSafely(keeping: Keeping, access: CoordinatorAccess, record: VoteRecord): Promise<void> {
  const { transactionId, participant } = record;
  await askOne(keeping, access, record).catch((error: unknown) => {
    keeping.log.error(
      { transactionId, participant, err: loggable(error) },
      'is in doubt, and settling it failed; next time again',
    );
  });
}

async function askOne(
  { manager, log }: Keeping,
  access: CoordinatorAccess,
  record: VoteRecord,
): Promise<void> {
  const { transactionId, participant } = record;
  const about = { transactionId, participant, preparedAt: new Date(record.createdAt).toISOString() };
  const told = await askDecision(record, access);
  if ('wait' in told) {
    log.warn({ ...about, why: told.wait }, 'in doubt, and waits on');
    return;
  }
  const settled = await settle(manager, {
    transactionId,
    participant,
    outcome: told.decision === 'commit' ? 'committed' : 'rolledback',
    by: 'statusUrl',
    reason: `the coordinator decided ${told.decision}`,
  });
  if (settled.is === 'done')
    log.info({ ...about, ...told }, 'was in doubt, settled by what the coordinator said');
  else
    log.error({ ...about, ...told, why: settled.why }, 'was in doubt, and could not be settled as decided');
}
