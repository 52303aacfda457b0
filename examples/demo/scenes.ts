/** Owns what is played: each scene brings the trouble about, shows what is asked and answered, and waits for the end. */
import { type BankProcess } from './bankProcess';
import { type BankName, banks, type Of, type Transfer, transfer } from './cast';
import { type Answer, type CoordinatorProcess } from './coordinatorProcess';
import { type Outcome } from './outcome';
import { heading, note, showAnswer, showRequest } from './show';
import { until } from './until';

export interface Stage extends Of<BankProcess> {
  readonly coordinator: CoordinatorProcess;
}

/** An outcome before its transaction has ended. */
export type Played = Omit<Outcome, 'document'> & { readonly id: string };

type Scene = (stage: Stage) => Promise<Played>;

const bothCan: Scene = async stage => {
  heading('(a) A transfer that both banks can make: commit');
  const moved = transfer(30_00, { north: 'alice', south: 'bob' });
  const { document } = await pay(stage, moved, { wait: true });
  return { title: 'a  both can', transfer: moved, id: document.id, due: 'committed' };
};

const overdraft: Scene = async stage => {
  heading('(b) More than there is in the account: one no rolls everyone back');
  const moved = transfer(-500_00, { north: 'alice', south: 'bob' });
  const { document } = await pay(stage, moved, { wait: true });
  return { title: 'b  overdraft', transfer: moved, id: document.id, due: 'rolledback' };
};

const bankDown: Scene = async stage => {
  const { north, south } = stage;
  heading('(c) A bank is down when it should commit');
  note('South takes its time to vote, so that there is time to kill north after its own yes.');
  await south.trouble({ phase: 'prepare', trouble: 'hold' });
  const moved = transfer(20_00, { north: 'carol', south: 'dave' });
  const { document } = await pay(stage, moved);
  await north.votedYes(document.id);
  note(`SIGKILL to north (pid ${north.pid}). Then south votes yes, which decides commit.`);
  await north.kill();
  await south.trouble({ phase: 'prepare', trouble: 'none' });
  await reach(stage, document.id, d => d.decision === 'commit' && attemptsOf(d, 'north') >= 2);
  note('Commit is decided, so it stays commit: south has it, north is tried again and again.');
  await show(stage, document.id);
  const { held } = await north.books();
  note(`Meanwhile PostgreSQL keeps what north prepared, in pg_prepared_xacts: ${held.join(', ')}`);
  note('North starts again, on the database it had.');
  await north.start();
  await reach(stage, document.id, d => d.endedAt !== undefined);
  await show(stage, document.id);
  return { title: 'c  bank down in phase two', transfer: moved, id: document.id, due: 'committed' };
};

const coordinatorKilled: Scene = async stage => {
  const { coordinator, north, south } = stage;
  heading('(d) The coordinator is killed between the decision and the last commit');
  note('South takes its time to commit.');
  await south.trouble({ phase: 'commit', trouble: 'hold' });
  const moved = transfer(15_00, { north: 'alice', south: 'dave' });
  const { document } = await pay(stage, moved);
  await north.has(document.id, 'committed');
  await south.has(document.id, 'prepared');
  const temporal = coordinator.temporalPid();
  note(`North has committed, south has not. SIGKILL to the coordinator (pid ${coordinator.pid}).`);
  await coordinator.kill();
  await south.has(document.id, 'prepared'); // still: the one who asked is gone
  await south.trouble({ phase: 'commit', trouble: 'none' });
  note('The coordinator starts again.');
  await coordinator.start();
  const readyAt = Date.now();
  if (coordinator.temporalPid() !== temporal) throw new Error('the Temporal server was not taken over');
  const found =
    temporal === undefined
      ? 'It is connected to Temporal again'
      : `It has taken over the Temporal server that it left (pid ${temporal})`;
  note(`${found}, and the transaction goes on.`);
  await reach(stage, document.id, d => d.endedAt !== undefined);
  note(`Settled ${((Date.now() - readyAt) / 1000).toFixed(1)} s after the coordinator was ready again.`);
  await show(stage, document.id);
  return { title: 'd  coordinator killed', transfer: moved, id: document.id, due: 'committed' };
};

const commitFailsDefault: Scene = async stage => {
  const { coordinator, south } = stage;
  heading('(e1) South votes yes, then cannot commit: by default nobody gives up');
  await south.trouble({ phase: 'commit', trouble: 'fail' });
  const moved = transfer(-10_00, { north: 'carol', south: 'bob' });
  const { document } = await pay(stage, moved);
  await reach(stage, document.id, d => d.needsAttention);
  note('The configured attempts are used up: a person should look. The decision stands, and retries go on.');
  await show(stage, document.id);
  note('South is mended, and an operator says: now.');
  await south.trouble({ phase: 'commit', trouble: 'none' });
  const path = `/transactions/${document.id}/retry`;
  showRequest(`POST ${path}`);
  const answer = await coordinator.post(path, {});
  showAnswer(answer.status, answer.document);
  await reach(stage, document.id, d => d.endedAt !== undefined);
  await show(stage, document.id);
  return { title: 'e1 commit fails, default', transfer: moved, id: document.id, due: 'committed' };
};

const commitFailsRollback: Scene = async stage => {
  heading('(e2) The same failing commit with onCommitFailure "rollback"');
  note(
    'Give up after so many attempts, and roll back whoever has not committed. A bank that has cannot be rolled back:\n' +
      '  here money leaves north and never arrives at south. This mode ends apart where the default would not, and says so\n' +
      '  in "heuristic".',
  );
  await stage.south.trouble({ phase: 'commit', trouble: 'fail' });
  const moved = transfer(25_00, { north: 'alice', south: 'bob' });
  const { document } = await pay(stage, moved, { wait: true, onCommitFailure: 'rollback' });
  const title = 'e2 commit fails, onCommitFailure "rollback"';
  return { title, transfer: moved, id: document.id, due: 'mixed' };
};

export const scenes: readonly Scene[] = [
  bothCan,
  overdraft,
  bankDown,
  coordinatorKilled,
  commitFailsDefault,
  commitFailsRollback,
];

interface PayOptions {
  readonly wait?: boolean;
  readonly onCommitFailure?: 'rollback';
}

/** Starts the transaction and shows what was asked and answered. */
async function pay(
  stage: Stage,
  moved: Transfer,
  { wait = false, ...options }: PayOptions = {},
): Promise<Answer> {
  const participants = banks.map(name => ({
    name,
    url: `${stage[name].url}/prepare`,
    payload: moved[name],
  }));
  const body = { ...options, participants };
  const headers: Record<string, string> = wait ? { prefer: 'wait=15' } : {};
  showRequest(`POST /transactions${wait ? '   Prefer: wait=15' : ''}`, body);
  const answer = await stage.coordinator.post('/transactions', body, headers);
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

function attemptsOf({ participants }: Answer['document'], bank: BankName): number {
  return participants.find(p => p.name === bank)?.attempts ?? 0;
}
