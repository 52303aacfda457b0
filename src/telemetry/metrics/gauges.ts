/** Owns the gauges that are asked for when somebody scrapes. What is not known now has no value, rather than an old one, or zero. */
import { Gauge, type Registry } from 'prom-client';

/** By whoever can tell, at once: undefined where it is not known now. */
export interface LookedUp {
  /** By status. */
  readonly transactions?: () => Readonly<Record<string, number>> | undefined;
  readonly needingAttention?: () => number | undefined;
  /** By kind. */
  readonly orphans?: () => Readonly<Record<string, number>> | undefined;
  /** By host. */
  readonly inFlight?: () => ReadonlyMap<string, number>;
}

export function addLookedUp(registry: Registry, lookedUp: LookedUp, labelOf: (host: string) => string): void {
  const registers = [registry];
  new Gauge({
    registers,
    name: 'dtc_participant_requests_in_flight',
    help: 'Requests to participants that are under way in this process.',
    labelNames: ['host'],
    collect() {
      this.reset();
      for (const [host, count] of lookedUp.inFlight?.() ?? []) this.inc({ host: labelOf(host) }, count);
    },
  });
  new Gauge({
    registers,
    name: 'dtc_transactions',
    help: 'Transactions that Temporal lists, by status. Of the whole deployment: the same in every process.',
    labelNames: ['status'],
    collect() {
      this.reset();
      for (const [status, count] of Object.entries(lookedUp.transactions?.() ?? {}))
        this.set({ status }, count);
    },
  });
  new Gauge({
    registers,
    name: 'dtc_transactions_needing_attention',
    help: 'Transactions that need attention now. Of the whole deployment: the same in every process.',
    collect() {
      const count = lookedUp.needingAttention?.();
      if (count === undefined) this.remove();
      else this.set(count);
    },
  });
  new Gauge({
    registers,
    name: 'dtc_orphans',
    help: 'What the last orphan sweep found, by kind. Of the whole deployment: the same in every process.',
    labelNames: ['kind'],
    collect() {
      this.reset();
      for (const [kind, count] of Object.entries(lookedUp.orphans?.() ?? {})) this.set({ kind }, count);
    },
  });
}
