/** The kinds of faults that a run has are those that options name. */
import { Client, Connection } from '@temporalio/client';
import { faultKinds } from '../../chaos/nemesis/faults';
import { kindNames } from '../../chaos/nemesis/kindNames';
import { seeded } from '../../src/testing/random';

const temporal = new Client({ connection: Connection.lazy() });

it('has each kind that options name, and no other, also where nobody is here to befall', () => {
  const kinds = faultKinds({
    world: {
      ...{ folder: '', temporal: undefined, temporalAddress: '', namespace: '', disk: undefined },
      ...{ databases: [], coordinators: [], services: [], journals: () => [] },
      close: () => Promise.resolve(),
    },
    random: seeded(1),
    recorder: { told: [], record: () => undefined },
    ...{ temporal, temporalOnce: temporal },
    anyOpen: () => [],
  });
  expect(kinds.map(({ fault }) => fault).toSorted()).toEqual(kindNames.toSorted());
});
