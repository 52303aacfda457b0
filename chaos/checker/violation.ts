/** Owns what the checker finds. */
export const rules = [
  'partial commit',
  'double commit',
  'lost commit',
  'commit of nothing',
  'books',
  'status changed',
  'decision changed',
  'accepted and gone',
  'one key, two transactions',
  'ran though nothing was started',
  'commit without all votes',
  'rollback after commit',
  'commit after rollback',
  'vote after rollback',
  'locks overlap',
  'fencing token',
  'left prepared',
  'left pending',
  'left locked',
  'notification lost',
  'notification untrue',
  'event lost',
  'heuristic',
] as const;
export type Rule = (typeof rules)[number];

export interface Violation {
  readonly rule: Rule;
  readonly what: string;
}
