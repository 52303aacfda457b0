import { Connection, Client } from '@temporalio/client';
import { startParticipants } from '../support/participants';
import { endProcesses } from '../support/processes';
import { nameOf, steps } from './steps';
import { startWalker, walk } from './walk';
it('x', async () => {
  const participants = await startParticipants();
  const walker = await startWalker('Temporal', participants);
  for (const step of steps.filter(s => /straggler in both phases: (before|after) b commit/.test(nameOf(s)))) {
    const w = await walk(walker, step);
    const id = participants.received.at(-1)!.transactionId;
    const connection = await Connection.connect({ address: `127.0.0.1:${walker.place.port}` });
    const h = await new Client({ connection }).workflow.getHandle(id).fetchHistory();
    const t0 = Number(h.events![0]!.eventTime!.seconds) * 1000 + h.events![0]!.eventTime!.nanos! / 1e6;
    process.stdout.write(`== ${nameOf(step)} ${w.settledAfterMs}\n` + h.events!.map(e => {
      const k = Object.keys(e).find(x => x.endsWith('EventAttributes'))!;
      const a = (e as any)[k];
      return `${Math.round(Number(e.eventTime!.seconds) * 1000 + e.eventTime!.nanos! / 1e6 - t0)} ${k.replace('EventAttributes','')} ${a.activityId ?? ''} ${a.attempt ?? ''} ${a.failure?.message ?? ''} ${a.taskQueue?.kind ?? ''} ${a.startToFireTimeout ? a.startToFireTimeout.seconds : ''}`;
    }).join('\n') + '\n' + participants.requests(id).map(r => `${Math.round(r.at - t0)} ${r.name} ${r.phase} ${r.nth}`).join('\n') + '\n');
    await connection.close();
  }
  await walker.process.stop();
  await endProcesses();
  await participants.close();
});
