/** Owns how times, states and errors are said. */
import { NoAnswer, ProblemError, StateChanged, UnexpectedAnswer } from '../src/client/errors';

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** `3 min`, `2 d 4 h`: two units at most, the second only of the large ones. */
export function duration(ms: number): string {
  const whole = Math.abs(ms);
  const at = units.findIndex(([unit]) => whole >= unit);
  const [size, name] = units[at] ?? [1_000, 's'];
  if (at === -1) return whole === 0 ? '0 s' : `${Math.round(whole)} ms`;
  const first = Math.floor(whole / size);
  const next = units[at + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % size) / next[0]);
  const isLarge = size >= 3_600_000 && next !== undefined && rest > 0;
  return isLarge ? `${first} ${name} ${rest} ${next[1]}` : `${first} ${name}`;
}

export function relative(at: string, now: number): string {
  const ms = Date.parse(at) - now;
  if (Math.abs(ms) < 1_000) return 'now';
  return ms < 0 ? `${duration(ms)} ago` : `in ${duration(ms)}`;
}

const states: Readonly<Record<string, string>> = {
  rolledback: 'rolled back',
  rollingBack: 'rolling back',
  acquiringLocks: 'acquiring locks',
};

/** Of a state or an outcome, by its name in the API. */
export function inWords(state: string): string {
  return states[state] ?? state;
}

/** What happened, in the API's own words, which say what to do. */
export function said(error: unknown): string {
  if (error instanceof StateChanged) return changed(error);
  if (error instanceof NoAnswer || error instanceof UnexpectedAnswer)
    return `The coordinator does not answer (${error.message}).`;
  if (error instanceof ProblemError) {
    const each = error.errors.map(({ pointer, query, header, message }) =>
      [pointer ?? query ?? header, message].filter(part => part !== undefined).join(' '),
    );
    return [`${error.title}: ${error.detail}`, ...each].join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

function changed({ changes }: StateChanged): string {
  const each = changes.map(({ member, participant, was, is }) =>
    [participant ?? member, `was ${inWords(was)} and is ${inWords(is)}`].join(' '),
  );
  return `It has changed since you saw it: nothing was done. ${each.join('; ')}${each.length > 0 ? '. ' : ''}Close this, and look again.`;
}

export function howMany(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

export function listed(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
