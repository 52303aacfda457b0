/**
 * Owns the stories that are walked, their steps (every request that each participant gets, and the start itself), and which of them are
 * walked together.
 */
import { type Phase } from '../../src/protocol/wire/phases';

/**
 * What a participant answers instead of doing it, request by request; undefined: it does it and answers 200. `late`: so it does, when the
 * workflow's first task, which asked, is over.
 */
export type Answer = number | 'late' | undefined;
type Answers = Readonly<Partial<Record<Phase, readonly Answer[]>>>;

export interface Story {
  readonly name: string;
  readonly onCommitFailure: 'retry' | 'rollback';
  readonly timeoutMs: number;
  /** How many it acquires; none if absent. */
  readonly locks?: number;
  readonly participants: Readonly<Record<'a' | 'b', Answers>>;
}

/** `before`: it has arrived. `open`: it was waited for, for a while. `done`: it was carried out. `after`: it was answered. */
export type Moment = 'before' | 'open' | 'done' | 'after';

export type Step =
  | { readonly story: Story; readonly at: 'post'; readonly moment: 'before' | 'after' }
  | {
      readonly story: Story;
      readonly at: 'request';
      readonly participant: 'a' | 'b';
      readonly phase: Phase;
      readonly nth: number;
      readonly moment: Moment;
    };

const ok = undefined;

const stories: readonly Story[] = [
  {
    name: 'a commit with a straggler in both phases',
    onCommitFailure: 'retry',
    timeoutMs: 25_000,
    participants: { a: { prepare: [ok], commit: [ok] }, b: { prepare: [503, ok], commit: [503, 503, ok] } },
  },
  {
    name: 'a vote after the first task',
    onCommitFailure: 'retry',
    timeoutMs: 25_000,
    participants: { a: { prepare: [ok] }, b: { prepare: ['late'] } },
  },
  {
    name: 'a rollback with a straggler',
    onCommitFailure: 'retry',
    timeoutMs: 5000,
    participants: { a: { prepare: [ok], rollback: [503, ok] }, b: { prepare: [409], rollback: [ok] } },
  },
  {
    name: 'a provisional commit that is given up',
    onCommitFailure: 'rollback',
    timeoutMs: 12_000,
    participants: {
      a: { prepare: [ok], commit: [ok] },
      b: { prepare: [ok], commit: [503, 503], rollback: [503, ok] },
    },
  },
  {
    name: 'a commit with two locks',
    onCommitFailure: 'retry',
    timeoutMs: 25_000,
    locks: 2,
    participants: { a: { prepare: [ok], commit: [ok] }, b: { prepare: [ok], commit: [503, ok] } },
  },
  {
    name: 'a rollback with a lock',
    onCommitFailure: 'retry',
    timeoutMs: 5000,
    locks: 1,
    participants: { a: { prepare: [ok], rollback: [ok] }, b: { prepare: [409] } },
  },
];

const steps: readonly Step[] = stories.flatMap(story => [
  { story, at: 'post', moment: 'before' } as const,
  { story, at: 'post', moment: 'after' } as const,
  ...(['a', 'b'] as const).flatMap(participant => stepsOf(story, participant)),
]);

/**
 * Steps that share a kill, each of another story and about as far: most of what a step takes is what was killed coming up again. Not
 * together are one that is over when it is answered and one that is not, since it would be killed before its answer or long after it; at
 * the first request, who asks for locks before it and who does not; and whom nothing holds back (a start that was answered) or only time.
 */
export const rounds: readonly (readonly Step[])[] = together();

function together(): Step[][] {
  const byPoint = new Map<string, Step[][]>();
  for (const step of steps) {
    const point = pointOf(step);
    const there = byPoint.get(point) ?? [];
    const round = there.find(each => each.every(({ story }) => story !== step.story));
    if (round === undefined) byPoint.set(point, [...there, [step]]);
    else round.push(step);
  }
  return [...byPoint.values()].flat();
}

function pointOf(step: Step): string {
  if (step.at === 'post') return step.moment === 'before' ? 'POST' : nameOf(step);
  const { story, phase, nth, moment } = step;
  if (isLate(step) && moment !== 'before') return nameOf(step);
  const locks = phase === 'prepare' && story.locks !== undefined ? ', locks' : '';
  return `${phase} #${nth}${locks}${moment === 'after' ? ', answered' : ''}`;
}

function isLate({ story, participant, phase, nth }: Extract<Step, { at: 'request' }>): boolean {
  return story.participants[participant][phase]?.[nth - 1] === 'late';
}

function stepsOf(story: Story, participant: 'a' | 'b'): Step[] {
  return Object.entries(story.participants[participant]).flatMap(([phase, answers]) =>
    answers.flatMap((answer, index) => {
      const moments = momentsOf(answer).filter(
        moment => moment !== 'done' || answer === 'late' || tells(story),
      );
      const one = { story, at: 'request', participant, phase: phase as Phase, nth: index + 1 } as const;
      return moments.map(moment => ({ ...one, moment }));
    }),
  );
}

/**
 * Whether it was carried out before the kill or right after it, nobody has heard of it: to the coordinator `before` and `done` are one. So one
 * story of each end is killed at both, and of the others `done` is left out: 11 of 90 steps.
 */
function tells(story: Story): boolean {
  return story === stories[0] || story === stories[2];
}

function momentsOf(answer: Answer): Moment[] {
  if (answer === 'late') return ['before', 'open', 'done', 'after'];
  return answer === ok ? ['before', 'done', 'after'] : ['before', 'after'];
}

export function nameOf(step: Step): string {
  const where = step.at === 'post' ? 'POST' : `${step.participant} ${step.phase} #${step.nth}`;
  return `${step.story.name}: ${step.moment} ${where}`;
}

export function isInPhaseTwo(step: Step): boolean {
  return step.at === 'request' && step.phase !== 'prepare';
}
