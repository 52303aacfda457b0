/** Owns what is played: each scene brings the trouble about, shows what is asked and answered, and waits for the end. */
import { type Answer, type CoordinatorProcess } from './coordinatorProcess';
import { type ParticipantProcess } from './participantProcess';
import { heading, note, showAnswer, showRequest } from './show';
import { until } from './until';
import { type Outcome, type Service } from './verify';

export interface Stage extends Readonly<Record<Service, ParticipantProcess>> {
  readonly coordinator: CoordinatorProcess;
}

/** What a scene leaves to be verified. */
export type Played = Omit<Outcome, 'document'> & { readonly id: string };

type Scene = (stage: Stage) => Promise<Played>;

type Items = Readonly<Record<Service, string>>;

const items: Items = { flight: 'window seat', hotel: 'double room', car: 'van' };

const everyoneSaysYes: Scene = async stage => {
  heading('(a) A trip that everyone can sell: commit');
  const { document } = await book(stage, { ...items, car: 'convertible' }, { wait: true });
  return { title: 'a  everyone says yes', id: document.id, mayBeHeuristic: false };
};

const oneRefuses: Scene = async stage => {
  heading('(b) The only convertible is taken: one no rolls everyone back');
  const { document } = await book(stage, { ...items, car: 'convertible' }, { wait: true });
  return { title: 'b  no convertible left', id: document.id, mayBeHeuristic: false };
};

const participantDown: Scene = async stage => {
  const { flight, car } = stage;
  heading('(c) The car service is down when it should commit');
  note('The flight takes its time to vote, so that there is time to kill the car service after its own yes.');
  await flight.trouble({ phase: 'prepare', trouble: 'hold' });
  const { document } = await book(stage, items);
  await car.has(document.id, 'prepared');
  note(`SIGKILL to the car service (pid ${car.pid}). Then the flight votes yes, which decides commit.`);
  await car.kill();
  await flight.trouble({ phase: 'prepare', trouble: 'none' });
  await reach(stage, document.id, d => d.decision === 'commit' && attemptsOf(d, 'car') >= 2);
  note('Commit is decided, so it stays commit: the others have it, the car is tried again and again.');
  await show(stage, document.id);
  note('The car service starts again, on the file it had.');
  await car.start();
  await reach(stage, document.id, d => d.endedAt !== undefined);
  await show(stage, document.id);
  return { title: 'c  participant down in phase two', id: document.id, mayBeHeuristic: false };
};

const coordinatorKilled: Scene = async stage => {
  const { coordinator, flight, hotel, car } = stage;
  heading('(d) The coordinator is killed between the decision and the last commit');
  note('The hotel takes its time to commit.');
  await hotel.trouble({ phase: 'commit', trouble: 'hold' });
  const { document } = await book(stage, items);
  await Promise.all([flight.has(document.id, 'committed'), car.has(document.id, 'committed')]);
  await hotel.has(document.id, 'prepared');
  const temporal = coordinator.temporalPid();
  note(
    `Flight and car have committed, the hotel has not. SIGKILL to the coordinator (pid ${coordinator.pid}).`,
  );
  await coordinator.kill();
  await hotel.has(document.id, 'prepared'); // still: the one who asked is gone
  await hotel.trouble({ phase: 'commit', trouble: 'none' });
  note('The coordinator starts again.');
  await coordinator.start();
  const readyAt = Date.now();
  if (coordinator.temporalPid() !== temporal) throw new Error('the Temporal server was not taken over');
  note(`It has taken over the Temporal server that it left (pid ${temporal}), and the transaction goes on.`);
  await reach(stage, document.id, d => d.endedAt !== undefined);
  note(`Settled ${((Date.now() - readyAt) / 1000).toFixed(1)} s after the coordinator was ready again.`);
  await show(stage, document.id);
  return { title: 'd  coordinator killed in phase two', id: document.id, mayBeHeuristic: false };
};

const commitFailsDefault: Scene = async stage => {
  const { coordinator, car } = stage;
  heading('(e1) The car service votes yes, then cannot commit: by default nobody gives up');
  await car.trouble({ phase: 'commit', trouble: 'fail' });
  const { document } = await book(stage, items);
  await reach(stage, document.id, d => d.needsAttention);
  note('The configured attempts are used up: a person should look. The decision stands, and retries go on.');
  await show(stage, document.id);
  note('The car service is mended, and an operator says: now.');
  await car.trouble({ phase: 'commit', trouble: 'none' });
  const path = `/transactions/${document.id}/retry`;
  showRequest(`POST ${path}`);
  const answer = await coordinator.post(path, {});
  showAnswer(answer.status, answer.document);
  await reach(stage, document.id, d => d.endedAt !== undefined);
  await show(stage, document.id);
  return { title: 'e1 commit fails, default', id: document.id, mayBeHeuristic: false };
};

const commitFailsRollback: Scene = async stage => {
  heading('(e2) The same failing commit with onCommitFailure "rollback"');
  note(
    'Give up after so many attempts, and roll back whoever has not committed. The ones that have cannot be rolled back:\n' +
      '  this mode ends apart where the default would not, and says so in "heuristic".',
  );
  await stage.car.trouble({ phase: 'commit', trouble: 'fail' });
  const { document } = await book(stage, items, { wait: true, onCommitFailure: 'rollback' });
  return { title: 'e2 commit fails, onCommitFailure "rollback"', id: document.id, mayBeHeuristic: true };
};

export const scenes: readonly Scene[] = [
  everyoneSaysYes,
  oneRefuses,
  participantDown,
  coordinatorKilled,
  commitFailsDefault,
  commitFailsRollback,
];

interface BookOptions {
  readonly wait?: boolean;
  readonly onCommitFailure?: 'rollback';
}

/** Starts the transaction and shows what was asked and answered. */
async function book(
  stage: Stage,
  of: Items,
  { wait = false, ...options }: BookOptions = {},
): Promise<Answer> {
  const { coordinator, flight, hotel, car } = stage;
  const participants = [flight, hotel, car].map(({ name, url }) => ({
    ...{ name, url: `${url}/prepare` },
    payload: { item: of[name as Service] },
  }));
  const body = { ...options, participants };
  const headers: Record<string, string> = wait ? { prefer: 'wait=15' } : {};
  showRequest(`POST /transactions${wait ? '   Prefer: wait=15' : ''}`, body);
  const answer = await coordinator.post('/transactions', body, headers);
  showAnswer(answer.status, answer.document);
  return answer;
}

async function show({ coordinator }: Stage, id: string): Promise<void> {
  showRequest(`GET /transactions/${id}`);
  const { status, document } = await coordinator.get(id);
  showAnswer(status, document);
}

/** The document once `reached` holds. */
export async function reach(
  { coordinator }: Pick<Stage, 'coordinator'>,
  id: string,
  reached: (document: Answer['document']) => boolean,
): Promise<Answer['document']> {
  return until(`transaction ${id}`, async () => {
    const { document } = await coordinator.get(id);
    return reached(document) ? document : undefined;
  });
}

function attemptsOf({ participants }: Answer['document'], service: Service): number {
  return participants.find(p => p.name === service)?.attempts ?? 0;
}
