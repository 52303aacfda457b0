/**
 * Owns the keys of calls. They are the ids of the activities that make them: they stand in history, `describe` lists them, and what
 * is known of a pending call is found by them.
 */
import { type Phase } from '../wire/phases';
import { given } from '../wire/given';

export function roundKey(phase: Phase): string {
  return `${phase} round`;
}

export function ownKey(phase: Phase, participant: string, nth: number): string {
  return `${phase} ${participant} #${nth}`;
}

const form = /^(prepare|commit|rollback) (?:round|(.+) #(\d+))$/;

/** Undefined where it is no call's; without a participant where it is the round's. */
export function readCallKey(
  key: string,
): { readonly phase: Phase; readonly participant?: string; readonly nth?: number } | undefined {
  const [, phase, participant, nth] = form.exec(key) ?? [];
  if (phase === undefined) return undefined;
  return {
    phase: phase as Phase,
    ...given({ participant, nth: nth === undefined ? undefined : Number(nth) }),
  };
}
