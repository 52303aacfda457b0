/** Owns a collector for tests: takes what is exported over OTLP, as JSON, and finds its way among it. */
import { type IncomingMessage } from 'node:http';
import { listenHttp } from '../support/listening';
import { until } from '../support/until';

export interface SeenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code?: number };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly string[];
  readonly service: unknown;
}

export interface Collector {
  readonly url: string;
  /** Bodies as they came. */
  readonly raw: readonly Buffer[];
  readonly contentTypes: readonly (string | undefined)[];
  readonly headers: readonly IncomingMessage['headers'][];
  ofTrace(traceId: string): readonly SeenSpan[];
  /** Waits until a span of that name has come of the trace, and what belongs below it; gives all spans of the trace. */
  whole(traceId: string, root: string): Promise<readonly SeenSpan[]>;
  close(): Promise<void>;
}

type Attribute = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };

interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<SeenSpan, 'attributes' | 'events' | 'service'> & {
        readonly attributes: readonly Attribute[];
        readonly events: readonly { readonly name: string }[];
      })[];
    }[];
  }[];
}

export async function startCollector(): Promise<Collector> {
  const raw: Buffer[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const spans: SeenSpan[] = [];
  const server = await listenHttp((request, response) => {
    void request.toArray().then(chunks => {
      const body = Buffer.concat(chunks as Buffer[]);
      raw.push(body);
      headers.push(request.headers);
      const isJson = request.headers['content-type'] === 'application/json';
      if (isJson) spans.push(...spansOf(JSON.parse(body.toString()) as Exported));
      response.setHeader('content-type', request.headers['content-type'] ?? '');
      response.end(isJson ? '{}' : '');
    });
  });
  const ofTrace = (traceId: string): readonly SeenSpan[] => spans.filter(span => span.traceId === traceId);
  return {
    url: server.origin,
    raw,
    headers,
    get contentTypes() {
      return headers.map(each => each['content-type']);
    },
    ofTrace,
    whole: (traceId, root) =>
      until(
        () => ofTrace(traceId),
        seen => seen.some(({ name }) => name === root) && seen.every(span => isRooted(seen, span)),
        { withinMs: 20_000, everyMs: 50 },
      ),
    close: () => server.close(),
  };
}

function spansOf({ resourceSpans }: Exported): SeenSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(scope =>
      scope.spans.map(span => ({
        ...span,
        attributes: valuesOf(span.attributes),
        events: span.events.map(({ name }) => name),
        service: valuesOf(resource.attributes)['service.name'],
      })),
    ),
  );
}

function valuesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** Up to the caller's own span, which is nobody's here, all are there. */
function isRooted(seen: readonly SeenSpan[], span: SeenSpan): boolean {
  return span.name.startsWith('POST /') || parentOf(seen, span) !== undefined;
}

export function parentOf(seen: readonly SeenSpan[], { parentSpanId }: SeenSpan): SeenSpan | undefined {
  return seen.find(({ spanId }) => spanId === parentSpanId);
}

/** `POST /transactions > RunWorkflow:transaction > …`, from the first that is here. */
export function pathOf(seen: readonly SeenSpan[], span: SeenSpan): string {
  const parent = parentOf(seen, span);
  return parent === undefined ? span.name : `${pathOf(seen, parent)} > ${span.name}`;
}
