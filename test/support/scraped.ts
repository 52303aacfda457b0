/** Owns reading `/metrics` as Prometheus does: samples by name and labels. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scraped {
  readonly text: string;
  readonly samples: readonly Sample[];
  /** By metric, as `# TYPE` says: `counter`, `gauge`, `histogram`. */
  readonly types: ReadonlyMap<string, string>;
  /** The sum of all samples of that name that have these labels; 0 where there is none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

export async function scrape(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Scraped> {
  const response = await fetch(`${url.replace(/\/metrics$/, '')}/metrics`, { headers });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`/metrics answered ${String(response.status)}: ${text}`);
  return scraped(text);
}

export function scraped(text: string): Scraped {
  const samples = text.split('\n').flatMap(line => (/^(?:#|$)/.test(line) ? [] : [sampleOf(line)]));
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
    ([, name = '', type = '']) => [name, type] as const,
  );
  return {
    text,
    samples,
    types: new Map(types),
    sum: (name, labels = {}) => sumOf(samples, name, labels),
  };
}

function sumOf(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels);
  return samples
    .filter(each => each.name === name && wanted.every(([label, value]) => each.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

function sampleOf(line: string): Sample {
  const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === '') throw new Error(`no sample: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [
    label,
    text,
  ]);
  return {
    name,
    labels: Object.fromEntries(pairs) as Sample['labels'],
    value: Number(value.replace('Inf', 'Infinity')),
  };
}
