/**
 * Owns the metrics of Temporal's SDK (`temporal_…`) among ours: the native part hands over what it has measured since the last time, and
 * it is added up here, so that one `/metrics` has all, and no port of the SDK's own is open beside it.
 *
 * Names are those of the SDK's own Prometheus endpoint with unit and `_total` in them. A label that is not among the known ones is left
 * out, which adds up what it would tell apart.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type Ms } from '../../protocol/wire/phases';

/** One change, as the SDK tells it (`BufferedMetricUpdate`). */
export interface Update {
  readonly metric: {
    readonly name: string;
    readonly kind: string;
    readonly unit?: string;
    readonly description?: string;
  };
  readonly value: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Some sixty changes a transaction; the SDK keeps 20,000 until they are fetched (`engine/runtime.ts`). */
const fetchEveryMs: Ms = 500;

const labelNames = [
  ...['namespace', 'task_queue', 'workflow_type', 'activity_type', 'poller_type', 'worker_type'],
  ...['operation', 'status_code', 'failure_reason', 'eager', 'service_name'],
];
const known = new Set(labelNames);

const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

type Add = (value: number, labels: Record<string, string>) => void;

/** @param fetch what has changed since the last call */
export function addTemporal(registry: Registry, fetch: () => Iterable<Update>): void {
  const adds = new Map<string, Add>();
  const timer = setInterval(() => {
    for (const { metric, value, attributes } of fetch()) {
      const { name } = metric;
      const add = adds.get(name) ?? adder(registry, metric);
      adds.set(name, add);
      add(value, labelsOf(attributes));
    }
  }, fetchEveryMs);
  timer.unref();
}

function labelsOf(attributes: Update['attributes']): Record<string, string> {
  const kept = Object.entries(attributes).filter(([name]) => known.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function adder(registry: Registry, { name, kind, unit, description }: Update['metric']): Add {
  const registers = [registry];
  const help = description === undefined || description === '' ? "Of Temporal's SDK." : description;
  const isTime = unit === 's' || unit === 'seconds' || unit === 'duration';
  const full = isTime && !name.endsWith('_seconds') ? `${name}_seconds` : name;
  switch (kind) {
    case 'counter': {
      const total = name.endsWith('_total') ? name : `${name}_total`;
      const counter = new Counter({ registers, name: total, help, labelNames });
      return (value, labels) => {
        counter.inc(labels, value);
      };
    }
    case 'histogram': {
      const histogram = new Histogram({ registers, name: full, help, labelNames, buckets });
      return (value, labels) => {
        histogram.observe(labels, value);
      };
    }
    default: {
      const gauge = new Gauge({ registers, name: full, help, labelNames });
      return (value, labels) => {
        if (kind === 'gauge') gauge.set(labels, value);
        else gauge.inc(labels, value);
      };
    }
  }
}
