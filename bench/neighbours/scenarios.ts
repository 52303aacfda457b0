/** Owns what makes trouble for the neighbours, one entry each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonFrom } from '../callers';

export interface Trouble {
  /** Of the instance that gets it. */
  readonly apiUrl: string;
  /** Participants in trouble (`trouble.ts`). */
  readonly sickUrl: string;
  readonly healthyUrl: string;
  /** The healthy load is over. */
  readonly signal: AbortSignal;
}

export interface Making {
  readonly ended: Promise<unknown>;
  /** What the troublemaker was answered. */
  readonly said: () => string;
}

export interface Scenario {
  readonly name: string;
  readonly seconds: number;
  readonly quickSeconds: number;
  /** Resolves when the trouble is there, and the healthy are to be measured. */
  readonly begin: (trouble: Trouble) => Promise<Making>;
}

/** Posted to a participant that hangs, say, without waiting for the outcome. */
function posts(perSecond: number, url: (at: Trouble, nth: number) => string): Scenario['begin'] {
  return at => {
    const answers = new Answers();
    return Promise.resolve({ ended: pace(perSecond, at, answers, url), said: () => answers.said() });
  };
}

async function pace(
  perSecond: number,
  at: Trouble,
  answers: Answers,
  url: (at: Trouble, nth: number) => string,
): Promise<void> {
  const began = performance.now();
  const all: Promise<void>[] = [];
  for (let nth = 0; !at.signal.aborted; nth += 1) {
    await sleep(Math.max(0, began + (nth * 1000) / perSecond - performance.now()));
    all.push(answers.count(post(at, url(at, nth))));
  }
  await Promise.all(all);
}

/** So many are pending before the healthy are measured. */
function pending(count: number, url: (at: Trouble, nth: number) => string): Scenario['begin'] {
  return async at => {
    const answers = new Answers();
    let nth = 0;
    const lane = async (): Promise<void> => {
      while (nth < count && !at.signal.aborted) await answers.count(post(at, url(at, (nth += 1)), 600_000));
    };
    await Promise.all(Array.from({ length: 20 }, lane));
    return { ended: Promise.resolve(), said: () => answers.said() };
  };
}

/** One client that waits for as many transactions at once, all of them stuck at a participant that hangs. */
function waits(count: number): Scenario['begin'] {
  return at => {
    const answers = new Answers();
    const all = Array.from({ length: count }, () =>
      answers.count(post(at, `${at.sickUrl}/hangs/prepare`, 60_000, { prefer: 'wait=60' })),
    );
    return Promise.resolve({ ended: Promise.all(all), said: () => answers.said() });
  };
}

function post(
  at: Trouble,
  participant: string,
  timeoutMs = 60_000,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${at.apiUrl}/transactions`, {
    method: 'POST',
    headers: { ...jsonFrom('trouble'), ...headers },
    body: JSON.stringify({ participants: [participant], timeoutMs }),
  });
}

class Answers {
  readonly #counts = new Map<string, number>();

  async count(answer: Promise<Response>): Promise<void> {
    const came = await answer.then(async response => {
      await response.text();
      return String(response.status);
    }, String);
    this.#counts.set(came, (this.#counts.get(came) ?? 0) + 1);
  }

  said(): string {
    return [...this.#counts].map(([came, count]) => `${count} × ${came}`).join(', ');
  }
}

const hangs = ({ sickUrl }: Trouble): string => `${sickUrl}/hangs/prepare`;
const drips = ({ sickUrl }: Trouble): string => `${sickUrl}/drips/prepare`;
const silent = (_at: Trouble, nth: number): string => `http://silent-${nth % 20}.test/prepare`;
const paths = ({ sickUrl }: Trouble, nth: number): string => `${sickUrl}/hangs/${nth % 1000}/prepare`;

export const scenarios: readonly Scenario[] = [
  { name: 'hangs, 8 posts a second', seconds: 120, quickSeconds: 30, begin: posts(8, hangs) },
  { name: 'hangs, 40 posts a second', seconds: 120, quickSeconds: 30, begin: posts(40, hangs) },
  { name: 'hangs, 1,000 pending', seconds: 60, quickSeconds: 20, begin: pending(1_000, hangs) },
  { name: 'hangs, 10,000 pending', seconds: 60, quickSeconds: 20, begin: pending(10_000, hangs) },
  {
    name: 'hangs, over 1,000 paths of one host',
    seconds: 60,
    quickSeconds: 20,
    begin: pending(1_000, paths),
  },
  { name: '20 names without an answer', seconds: 60, quickSeconds: 20, begin: posts(8, silent) },
  { name: 'answers one byte a second', seconds: 60, quickSeconds: 20, begin: posts(8, drips) },
  { name: 'one client with 1,000 waits', seconds: 60, quickSeconds: 20, begin: waits(1_000) },
];
