/** Owns the reading of bodies: bounded while they come in, UTF-8, JSON, and signed where there is a secret. */
import { type Receiver, whyForAnother, whyUnsigned } from '../../protocol/wire/signatures';
import { Problem } from './problems';

/** The whole body as text. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = new Problem('body-too-large', `the body is over ${maxBytes} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge;
  return decode(await readBounded(request, maxBytes, tooLarge));
}

/** Of a request or an answer: no more of it is kept than is allowed. @throws `tooLarge`, as soon as it is */
export async function readBounded(
  { body }: Pick<Request | Response, 'body'>,
  maxBytes: number,
  tooLarge: Error,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('invalid-json', 'the body is not UTF-8');
  }
}

interface Demand {
  readonly secrets: readonly string[];
  readonly receiver: Receiver;
}

/** Refuses what none of `secrets` signed, or signed for another, or more than five minutes ago. With no secret everyone is believed. */
export function demandSignature(request: Request, body: string, { secrets, receiver }: Demand): void {
  if (secrets.length === 0) return;
  const headers = Object.fromEntries(request.headers);
  const why = whyUnsigned(secrets, headers, body) ?? whyForAnother(secrets, { headers, body, receiver });
  if (why !== undefined)
    throw new Problem(
      'unsigned',
      `the request is not signed with a secret of this participant (Standard Webhooks): ${why}`,
    );
}

export function parseJson(request: Request, body: string): unknown {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    throw new Problem(
      'unsupported-media-type',
      'send JSON, with the header "content-type: application/json"',
    );
  try {
    return JSON.parse(body);
  } catch {
    throw new Problem('invalid-json', 'the body is not JSON'); // the parser's message would quote the payload
  }
}
