/**
 * Owns how many calls one host may have in flight, found as congestion control finds it (additive increase, multiplicative
 * decrease; Netflix's concurrency-limits, `AIMDLimit`): one more for each answer while most of the limit is used, a tenth less for each
 * call that goes without. A host that answers has hundreds, one that hangs a handful, which are the probes by which its return is
 * noticed; one that answers nine of ten calls keeps most of its limit. Pure.
 */
export interface LimitRules {
  readonly initial: number;
  readonly least: number;
  readonly most: number;
}

export const hostRules: LimitRules = { initial: 16, least: 4, most: 512 };

const kept = 0.9;

export class AdaptiveLimit {
  readonly #rules: LimitRules;
  #exact: number;

  constructor(rules: LimitRules) {
    this.#rules = rules;
    this.#exact = rules.initial;
  }

  /** Calls that may be in flight. */
  get now(): number {
    return Math.floor(this.#exact);
  }

  /** So many calls went without an answer that whoever waits here waits in vain. */
  get isInTrouble(): boolean {
    return this.#exact <= this.#rules.initial / 2;
  }

  /** @param inFlight with the one that was answered. */
  answered(inFlight: number): void {
    if (inFlight * 2 >= this.now) this.#set(this.#exact + 1);
  }

  unanswered(): void {
    this.#set(this.#exact * kept);
  }

  /** The answer came after all, so the call had been no loss. */
  answeredLate(): void {
    this.#set(this.#exact / kept + 1);
  }

  #set(limit: number): void {
    this.#exact = Math.min(Math.max(limit, this.#rules.least), this.#rules.most);
  }
}
