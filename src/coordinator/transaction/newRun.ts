/** Owns what the first run of a transaction is started with: all that Temporal is told of it, whoever starts it. */
import { type TransactionInput, beginInput } from '../../../workflows/transaction/input';
import { type Engine } from '../../engine/engine';
import { type Owner } from '../../engine/facts/owner';
import { type StartMemo, startMemo } from '../../engine/facts/memo';
import { startAttributes } from '../../engine/startAttributes';
import { type TransactionRequest } from '../../protocol/client/transactionRequest';
import { type Accepted } from '../../protocol/transaction/state';
import { given } from '../../protocol/wire/given';
import { type TransactionTrace } from '../../protocol/wire/trace';
import { accept } from './accept';
import { type Run } from './startRun';

export interface NewRun extends Pick<Run, 'listedBy'> {
  readonly memo: StartMemo;
  readonly accepted: Accepted;
  readonly input: TransactionInput;
}

interface New {
  readonly request: TransactionRequest;
  /** Of the request. */
  readonly hash: string;
  readonly caller: Pick<Owner, 'name' | 'plainName'>;
  readonly trace?: TransactionTrace | undefined;
}

type Terms = Pick<Engine, 'limits' | 'attributes' | 'knowsCallers' | 'publicUrl' | 'hasWorker'>;

/** The server's defaults and the clock are looked at here, once (I7). */
export function newRun(engine: Terms, id: string, { request, hash, caller, trace }: New): NewRun {
  const { limits, attributes } = engine;
  const accepted = accept(request, { limits, attributes, now: Date.now(), ...statusUrl(engine, id) });
  const whose = { startedBy: caller.plainName, owner: caller.name };
  return {
    accepted,
    input: beginInput(accepted, engine),
    memo: startMemo(accepted, { requestHash: hash, ...whose, ...given({ trace }) }),
    listedBy: startAttributes(engine, { labels: accepted.labels, caller: caller.name }),
  };
}

function statusUrl({ publicUrl }: Pick<Engine, 'publicUrl'>, id: string): { statusUrl?: string } {
  return publicUrl === undefined ? {} : { statusUrl: `${publicUrl}/transactions/${id}` };
}
