/** Owns how metrics are written: Prometheus' text format, or OpenMetrics for whoever asks for that at least as much (RFC 9110 §12.5.1). */
import { type Metric, type OpenMetricsContentType, Registry } from 'prom-client';

export interface Written {
  readonly contentType: string;
  readonly text: string;
}

export async function writeMetrics(registry: Registry, accept: string | undefined): Promise<Written> {
  const asked = wantsOpenMetrics(accept) ? asOpenMetrics(registry) : registry;
  return { contentType: asked.contentType, text: await asked.metrics() };
}

const openMetrics = 'application/openmetrics-text';

function wantsOpenMetrics(accept = ''): boolean {
  const wanted = (type: string): number => Math.max(0, ...accept.split(',').map(each => weight(each, type)));
  const much = wanted(openMetrics);
  return much > 0 && much >= wanted('text/plain');
}

function weight(range: string, type: string): number {
  const [name = '', ...parameters] = range.split(';').map(each => each.trim().toLowerCase());
  if (name !== type) return 0;
  const q = parameters.find(each => each.startsWith('q='));
  return q === undefined ? 1 : Number(q.slice(2)) || 0;
}

/** prom-client renames the counters that it writes so, for good: those that are written are views of ours. */
function asOpenMetrics(registry: Registry): Registry<OpenMetricsContentType> {
  const views = new Registry() as unknown as Registry<OpenMetricsContentType>;
  views.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const metric of registry.getMetricsAsArray())
    views.registerMetric(Object.create(metric as object) as Metric);
  return views;
}
