/** Owns what the check is told, and what it reports. The report's shape is what `--json` prints. */
import { type TlsParts } from '../outbound/connector';
import { type Ms } from '../protocol/wire/phases';

export interface CheckOptions {
  /** Absolute http(s); its last path segment is `prepare`. */
  readonly prepareUrl: string;
  /** Both or none; without them they are siblings of the prepare URL (PROTOCOL §2). */
  readonly commitUrl?: string;
  readonly rollbackUrl?: string;
  /** The participant's name in the transactions. Default `p1`. */
  readonly name?: string;
  /** One that the participant says yes to, as often as asked. Default: none is sent. */
  readonly payload?: unknown;
  /** One that it must say no to. */
  readonly refusedPayload?: unknown;
  /** Standard Webhooks secrets (`whsec_…`), as the coordinator has them: every request is signed, and the checks of signatures run. */
  readonly secrets?: readonly string[];
  /** The coordinator's (`dtckey_…`): requests are signed with the participant's own secret, made of each. */
  readonly masterKeys?: readonly string[];
  /** For `https`: whom to trust, and our own certificate, in PEM. Default: whom Node trusts, and none. */
  readonly tls?: TlsParts;
  /** Where it lists what is prepared. Default: the sibling `prepared` of the prepare URL, where that answers. */
  readonly preparedUrl?: string;
  /** Ends and starts the participant: a command for the shell, or a function that resolves when that is done. */
  readonly restart?: string | (() => Promise<void>);
  /** Of one request. Default 5000. */
  readonly timeoutMs?: Ms;
  /** Names of checks; the others do not run and are not reported. */
  readonly only?: readonly string[];
}

/** What is told of a check, whether it ran or not. */
export interface CheckFacts {
  /** Stable: scripts and `--only` use it. */
  readonly name: string;
  readonly does: string;
  /** Which duty of a participant (PROTOCOL §2), or which invariant, it stands for. */
  readonly why: string;
  readonly transactions: number;
  /** How many of them end committed, for real. */
  readonly commits: number;
}

/** One wrong answer: the request, what came of it, what should have. */
export interface Failure {
  readonly sent: string;
  readonly came: string;
  readonly expected: string;
}

export interface CheckResult extends CheckFacts {
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly durationMs: Ms;
  /** Only of a failed one. */
  readonly failure?: Failure;
  /** Why it was skipped. */
  readonly reason?: string;
  /** Which of the ways that PROTOCOL §2 leaves open the participant has taken. */
  readonly notes: readonly string[];
  /** Transactions that it opened and that the participant did not let it end. */
  readonly unsettled: readonly string[];
}

export interface Report {
  /** The prepare URL, its query redacted. */
  readonly participant: string;
  readonly startedAt: string;
  readonly durationMs: Ms;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly checks: readonly CheckResult[];
}

/** Ends a check: the participant did something else than it owes. */
export class CheckFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.sent} was answered ${failure.came}, expected ${failure.expected}`);
    this.name = 'CheckFailed';
    this.failure = failure;
  }
}

/** Ends everything: there is nobody to check. */
export class ParticipantUnreachable extends Error {
  override readonly name = 'ParticipantUnreachable';
}
