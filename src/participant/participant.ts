/** Owns how the kit is put together: the resource manager over a store, HTTP in front, and the keeper of what stays in doubt. */
import pino from 'pino';
import { type Participant, type ParticipantOptions, type Reservation, type XaWork } from './contract';
import { startKeeper } from './doubt/keeper';
import { type Keeping } from './doubt/inDoubt';
import { type ResourceManager, settle } from './resourceManager';
import { createHandler } from './http/handler';
import { pageOf } from './http/preparedPage';
import { migrate } from './ledger/schema';
import { checkOptions } from './options';
import { keepRoomForEnds } from './prepareGate';
import { createReservationManager } from './reservation';
import { type Store, type XaStore } from './stores/contract';
import { createXaManager } from './xa';

/** One of the two ways to take part. */
export type ParticipantWork<Tx> =
  | { readonly store: Store<Tx>; readonly reservation: Reservation<Tx> }
  | { readonly store: XaStore<Tx>; readonly xa: XaWork<Tx> };

/**
 * Creates the kit's tables where they are missing, and looks for what an earlier run left prepared.
 *
 * @throws where an option cannot work, the database cannot be reached, its tables are of a newer kit, or XA cannot work on it; the message says
 *   what to set. The store is closed then.
 */
export async function createParticipant<Tx>(
  options: ParticipantOptions & ParticipantWork<Tx>,
): Promise<Participant> {
  const { store, log = pino({ name: 'participant', level: 'info' }) } = options;
  try {
    const service = checkOptions(options);
    const manager = keepRoomForEnds(await managerFor(options, service), store.connections);
    const transaction: Keeping['transaction'] = work => store.transaction(work);
    const keeper = await startKeeper({ transaction, service, manager, log, options });
    const inFlight = new Set<Promise<unknown>>();
    const tracked = <T>(work: Promise<T>): Promise<T> => {
      const end = work.finally(() => inFlight.delete(end));
      inFlight.add(end);
      return end;
    };
    const handler = createHandler({ manager, log, options });
    return {
      handle: request => tracked(handler(request)),
      prepared: page => tracked(pageOf(manager, page ?? {})),
      settle: settlement => tracked(settle(manager, settlement)),
      close: async () => {
        await keeper.stop();
        await Promise.allSettled(inFlight);
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function managerFor<Tx>(options: ParticipantWork<Tx>, service: string): Promise<ResourceManager> {
  const manager =
    'xa' in options
      ? createXaManager(options.store, options.xa, service)
      : createReservationManager(options.store, options.reservation, service);
  const obstacle = 'xa' in options ? await options.store.branches.obstacle() : undefined;
  if (obstacle !== undefined) throw new Error(obstacle);
  await migrate(options.store);
  return manager;
}
