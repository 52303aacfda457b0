/** Owns the way of each notification to its receiver and back. A receiver has no state: what it answers is what happens on the way. */
import { type OutboundRequest } from '../../../src/outbound/contract';
import { type Reply } from '../../../src/protocol/wire/answers';
import { type Ms } from '../../../src/protocol/wire/phases';
import { type AroundMessages, lost, notSent } from '../network';

interface Around extends AroundMessages {
  readonly onSent: (id: string, body: string) => void;
  readonly onAnswered: (id: string, status: number) => void;
  /** By a worker that lives. */
  readonly onHeard: (id: string, reply: Reply) => void;
}

const fates = [
  'its answer is slow',
  'it is lost',
  'its answer is lost',
  'it is refused with 503',
  'it is refused with 500',
  'it is wanted no more (410)',
  'no connection',
  'no place for it',
] as const;

export function receiver(around: Around): (request: OutboundRequest) => Promise<Reply> {
  const { clock, choices, number, tell, sender: current } = around;
  const counts = new Map<string, number>();

  return request => {
    const sender = current();
    if (sender.isDead()) return new Promise(() => undefined);
    if (request.signal.aborted) return Promise.resolve(notSent('cancelled'));
    const id = request.headers['webhook-id'] ?? '';
    const nth = (counts.get(id) ?? 0) + 1;
    counts.set(id, nth);
    const what = `${id} is told${nth === 1 ? '' : ` (${String(nth)})`}`;
    const fate = choices<(typeof fates)[number] | 'it arrives'>(what, 'it arrives', fates);
    tell(`${what}: ${fate}`);
    if (fate === 'no place for it') return Promise.resolve(notSent('busy'));
    around.onSent(id, request.body);
    if (fate === 'no connection') return Promise.resolve(notSent('connection'));
    return new Promise(resolve => {
      let isOver = false;
      const hear = (reply: Reply): void => {
        takeBack();
        if (isOver || sender.isDead()) return;
        isOver = true;
        around.onHeard(id, reply);
        resolve(reply);
      };
      const takeBack = clock.after(request.timeoutMs, () => {
        hear(lost('timeout'));
      });
      request.signal.addEventListener('abort', () => {
        hear(lost('cancelled'));
      });
      const answerIn = (ms: Ms, status: number, reply: Reply = { kind: 'answer', status }): void => {
        clock.after(1, () => {
          around.onAnswered(id, status);
          clock.after(ms, () => {
            hear(reply);
          });
        });
      };
      const travel = 1 + number(what) * 3;
      switch (fate) {
        case 'it arrives':
          answerIn(travel, 200);
          return;
        case 'its answer is slow':
          answerIn(number(`${what}: slow`) * request.timeoutMs * 1.1, 200);
          return;
        case 'its answer is lost':
          answerIn(travel, 200, lost('cutOff'));
          return;
        case 'it is refused with 503':
          answerIn(travel, 503);
          return;
        case 'it is refused with 500':
          answerIn(travel, 500);
          return;
        case 'it is wanted no more (410)':
          answerIn(travel, 410);
          return;
        case 'it is lost':
      }
    });
  };
}
