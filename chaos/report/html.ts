/** Owns the report as one page that needs nothing from elsewhere: the picture of a run, its figures and its verdict. */
import { type Violation } from '../checker/violation';
import { type Evidence, isFinal, ofKind } from '../evidence';
import { type Totals, verdictOf } from './totals';

export interface Reported {
  readonly command: string;
  readonly evidence: Evidence;
  readonly totals: Totals;
  readonly violations: readonly Violation[];
}

export function htmlReport({ command, evidence, totals, violations }: Reported): string {
  const recovery = new Map(totals.recoveries.map(each => [each.fault, each]));
  const rows = [...totals.faults].map(([fault, times]) => {
    const found = recovery.get(fault);
    const cells = [
      fault,
      String(times.carriedOut),
      String(times.planned),
      found === undefined ? '' : ms(found.medianMs),
      found === undefined ? '' : ms(found.longestMs),
    ];
    return `<tr>${cells.map(cell => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  });
  const facts: readonly (readonly [string, number])[] = [
    ['orders', totals.orders],
    ['without an id that a client was told', totals.unaccepted],
    ['known to be committed', totals.committed],
    ['rolled back', totals.rolledBack],
    ['requests of clients', totals.requests],
    ['of these without an answer', totals.unanswered],
    ['requests at participants', totals.calls],
    ['notifications', totals.notifications],
    ['events', totals.events],
    [
      'spoiled by Temporal as they were paused, and not judged by what they leave behind',
      totals.spoiled.length,
    ],
  ];
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Chaos: ${verdictOf(violations)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222}
table{border-collapse:collapse}td,th{padding:.15rem .8rem;border-bottom:1px solid #ddd;text-align:left}
svg{width:100%;height:auto;background:#fafafa}.good{color:#176b2c}.bad{color:#b00020}code{background:#eee;padding:.1rem .3rem}</style>
<h1>Chaos: <span class="${violations.length === 0 ? 'good' : 'bad'}">${verdictOf(violations)}</span></h1>
<p><code>${escaped(command)}</code></p>
${violations.length === 0 ? '' : `<ul>${violations.map(({ rule, what }) => `<li class="bad"><b>${escaped(rule)}</b>: ${escaped(what)}</li>`).join('')}</ul>`}
<h2>Faults, transactions in flight, and how long they took</h2>
${picture(evidence)}
<h2>Totals</h2><table>${facts.map(([name, count]) => `<tr><td>${name}</td><td>${count}</td></tr>`).join('')}</table>
<h2>Faults</h2><table><tr><th>fault</th><th>carried out</th><th>planned</th><th>first outcome after it: median</th><th>longest</th></tr>${rows.join('')}</table>
</html>
`;
}

const width = 1_100;
const laneHeight = 9;
const chartHeight = 130;
const left = 150;

function picture(evidence: Evidence): string {
  const times = evidence.told.map(({ at }) => at);
  const from = Math.min(...times.slice(0, 1), Date.now());
  const to = times.at(-1) ?? from + 1;
  const x = (at: number): number => left + ((at - from) / Math.max(1, to - from)) * (width - left - 10);
  const lanes = faultLanes(evidence, x);
  const lives = livesOf(evidence);
  const flight = area(inFlight(lives), { x, top: lanes.height + 10, title: 'in flight', colour: '#3366aa' });
  const latency = dots(lives, { x, top: lanes.height + chartHeight + 30, title: 'seconds to the outcome' });
  const bottom = lanes.height + 2 * chartHeight + 32;
  const seconds = ruler({ from, to, x, bottom });
  const height = bottom + 18;
  return `<svg viewBox="0 0 ${width} ${height}" font-size="8" font-family="sans-serif" role="img" aria-label="faults over time, transactions in flight and latency">${seconds}${lanes.svg}${flight}${latency}</svg>`;
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800];
const mostMarks = 12;

/** A line through all of it at round times since the beginning. */
function ruler({
  from,
  to,
  x,
  bottom,
}: {
  readonly from: number;
  readonly to: number;
  readonly x: (at: number) => number;
  readonly bottom: number;
}): string {
  const lasted = (to - from) / 1_000;
  const step = steps.find(each => lasted / each <= mostMarks) ?? lasted;
  const marks = Array.from({ length: Math.floor(lasted / step) + 1 }, (_, nth) => nth * step);
  return marks
    .map(second => {
      const at = x(from + second * 1_000).toFixed(1);
      return `<line x1="${at}" x2="${at}" y1="0" y2="${bottom}" stroke="#e4e4e4"/><text x="${at}" y="${bottom + 12}" text-anchor="middle">${second} s</text>`;
    })
    .join('');
}

function faultLanes(
  evidence: Evidence,
  x: (at: number) => number,
): { readonly svg: string; readonly height: number } {
  const faults = ofKind(evidence, 'fault').filter(({ is }) => is !== 'left out');
  const kinds = [...new Set(faults.map(({ fault }) => fault))].toSorted();
  const bars = faults
    .filter(({ is }) => is === 'begins')
    .map(begun => {
      const over = faults.find(({ is, nth }) => is === 'ends' && nth === begun.nth);
      const y = kinds.indexOf(begun.fault) * laneHeight;
      const end = x(over?.at ?? begun.at);
      return `<rect x="${x(begun.at).toFixed(1)}" y="${y + 1}" width="${Math.max(1.5, end - x(begun.at)).toFixed(1)}" height="${laneHeight - 2}" fill="#c0392b"><title>${escaped(`${begun.fault}: ${begun.target}`)}</title></rect>`;
    });
  const names = kinds.map(
    (kind, nth) =>
      `<text x="${left - 6}" y="${(nth + 1) * laneHeight - 2}" text-anchor="end">${escaped(kind)}</text>`,
  );
  return { svg: names.join('') + bars.join(''), height: kinds.length * laneHeight };
}

interface Life {
  readonly from: number;
  readonly to: number;
}

/** From the first request for it to the first word of its outcome. */
function livesOf(evidence: Evidence): Life[] {
  const begun = new Map<string, number>();
  for (const { id, askedAt } of ofKind(evidence, 'start'))
    if (id !== undefined && !begun.has(id)) begun.set(id, askedAt);
  const over = new Map<string, number>();
  for (const each of evidence.told)
    if (
      (each.kind === 'read' || each.kind === 'start' || each.kind === 'event') &&
      each.seen !== undefined &&
      isFinal(each.seen)
    )
      if (each.id !== undefined && !over.has(each.id)) over.set(each.id, each.at);
  return [...begun].flatMap(([id, from]) => {
    const to = over.get(id);
    return to === undefined ? [] : [{ from, to }];
  });
}

function inFlight(lives: readonly Life[]): [number, number][] {
  const steps = lives
    .flatMap(({ from, to }) => [[from, 1] as const, [to, -1] as const])
    .toSorted(([a], [b]) => a - b);
  let count = 0;
  return steps.map(([at, by]) => [at, (count += by)]);
}

interface Chart {
  readonly x: (at: number) => number;
  readonly top: number;
  readonly title: string;
}

function area(
  points: readonly (readonly [number, number])[],
  { x, top, title, colour }: Chart & { readonly colour: string },
): string {
  const most = Math.max(1, ...points.map(([, count]) => count));
  const y = (count: number): number => top + chartHeight * (1 - count / most);
  const path = points.map(([at, count]) => `H${x(at).toFixed(1)}V${y(count).toFixed(1)}`).join('');
  return `${axis(top, title, String(most))}<path d="M${left} ${y(0)}${path}" fill="none" stroke="${colour}"/>`;
}

function dots(lives: readonly Life[], { x, top, title }: Chart): string {
  const most = Math.max(1, ...lives.map(({ from, to }) => to - from));
  const all = lives.map(({ from, to }) => {
    const y = top + chartHeight * (1 - (to - from) / most);
    return `<circle cx="${x(to).toFixed(1)}" cy="${y.toFixed(1)}" r="1.5" fill="#2c7a3f"/>`;
  });
  return axis(top, title, (most / 1000).toFixed(1)) + all.join('');
}

function axis(top: number, title: string, most: string): string {
  const bottom = top + chartHeight;
  return `<line x1="${left}" x2="${width - 10}" y1="${bottom}" y2="${bottom}" stroke="#999"/><text x="${left - 6}" y="${top + 8}" text-anchor="end">${most}</text><text x="${left - 6}" y="${bottom}" text-anchor="end">${title}</text>`;
}

function ms(value: number): string {
  return `${(value / 1000).toFixed(2)} s`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
