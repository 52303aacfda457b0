/** Where no worker answers, nobody knows whether a transaction is as it was seen: what acts by a tag waits for one (PROTOCOL §3, `If-Match`). */
import { type Action } from '../../src/coordinator/transaction/contract';
import { demandSeen } from '../../src/coordinator/transaction/operate';
import { WorkerUnavailable } from '../../src/coordinator/errors';
import { etagOf } from '../../src/protocol/client/etag';
import { at, committing } from '../support/committing';

const written = committing({ state: 'committing', attempts: 7 });
const seen = [etagOf(written)];
const resolve: Action = {
  ...{ is: 'resolve', by: 'alice', reason: 'gone' },
  ...{ participant: 'p2', outcome: 'committed' },
};

/** p1 may have acknowledged since: that alone is not written down. */
it('does not act on what was written down last, though it is as it was seen', () => {
  for (const action of [resolve, { is: 'retryNow', by: 'alice' }] as const) {
    expect(() => {
      demandSeen({ document: written, partial: true }, action, seen);
    }).toThrow(WorkerUnavailable);
    demandSeen({ document: written }, action, seen);
    demandSeen({ document: written, partial: true }, action, undefined);
  }
});

it('takes the repeat of what is written down to have taken effect', () => {
  const [p1, p2] = written.participants;
  if (p1 === undefined || p2 === undefined) throw new Error('there are not two');
  const forced = { outcome: 'committed', by: 'alice', reason: 'gone', at } as const;
  const document = { ...written, participants: [p1, { ...p2, state: 'forced' as const, forced }] };
  demandSeen({ document, partial: true }, resolve, seen);
});
