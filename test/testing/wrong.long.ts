/** Each wrong participant of the conformance check, over real HTTP: it is found by a schedule, or it is said why none can show it. */
import { CounterExample, type ParticipantUnderTest, explore } from '../../src/testing';
import { startParticipant } from '../checkParticipant/participant';
import { type Quirk } from '../checkParticipant/quirks';
import { caught } from '../checkParticipant/wrong';

async function make(quirks: readonly Quirk[]): Promise<ParticipantUnderTest> {
  const running = await startParticipant(quirks);
  return {
    url: running.prepareUrl,
    restart: () => {
      running.restart();
    },
    prepared: async ({ limit, cursor = '' }) => {
      const asked = new URL(`/prepared?limit=${String(limit)}&cursor=${cursor}`, running.prepareUrl);
      return (await (await fetch(asked)).json()) as { prepared: []; next?: string };
    },
    close: () => running.close(),
  };
}

const options = { payload: { amount: 10 }, refusedPayload: { amount: 101 }, patienceMs: 500, runs: 300 };

async function findings(quirks: readonly Quirk[], more = {}): Promise<CounterExample | undefined> {
  try {
    await explore(() => make(quirks), { ...options, ...more });
    return undefined;
  } catch (error) {
    if (error instanceof CounterExample) return error;
    throw error;
  }
}

const content =
  'the coordinator says the same in each repeat: what is in a request is no matter of when it comes';
const signatures = 'no schedule forges a signature: check-participant does';

/** Why no schedule shows it. */
const unseen: Partial<Record<Quirk, string>> = {
  takesOtherPayload: content,
  refusesUnknownFields: content,
  refusesTraceparent: content,
  listsNoTimes: 'the time of an entry is nothing that a run depends on, and may be left out',
  takesOverdue:
    'it remembers rollbacks, which is enough: each prepare that comes late is rolled back, or was',
  commitsUnknown: 'commit goes to whom the coordinator has a yes of, and that one knows the transaction',
  checksNoSignature: signatures,
  checksSignatureOfPrepareOnly: signatures,
  takesSignedForAnother: signatures,
  takesStaleSignature: signatures,
  takesAnyBody: signatures,
};

const rows = caught.map(([quirks]) => ({ name: quirks.join(' and '), quirks }));
const isUnseen = ({ quirks }: { readonly quirks: readonly Quirk[] }): boolean =>
  quirks.length === 1 && quirks.every(quirk => unseen[quirk] !== undefined);

it.each(rows.filter(row => !isUnseen(row)))('finds $name', async ({ quirks }) => {
  const found = await findings(quirks);
  expect(found).toBeInstanceOf(CounterExample);
});

it.each(rows.filter(isUnseen))('shows nothing wrong of $name, as no schedule can', async ({ quirks }) => {
  expect(await findings(quirks, { runs: 10 })).toBeUndefined();
});

const right: readonly (readonly Quirk[])[] = [
  [],
  ['forgetsRollbacks'],
  ['oneAtATime'],
  ['answers204'],
  ['answersAtLength'],
  ['refusesWith400'],
  ['saysOk'],
];

it.each(right.map(quirks => ({ name: quirks.join() || 'right', quirks })))(
  'finds nothing in a participant that is right: $name',
  async ({ quirks }) => {
    expect((await findings(quirks, { seed: 30, runs: 70 }))?.message).toBeUndefined();
  },
);
