/**
 * Owns the reading of bodies: JSON in UTF-8, bounded. The content type is asked for on every POST, also where the body
 * may be empty, since it is what keeps web pages out (hosts.ts).
 */
import express, { type RequestHandler } from 'express';
import { jsonFault } from './jsonFault';
import { Problem } from './problems';

/** Handlers that leave the body of a request in `request.body`, parsed; `undefined` where it was empty. */
export function jsonBody(maxBytes: number): RequestHandler[] {
  return [demandJson, express.raw({ type: () => true, limit: maxBytes, inflate: false }), parseBody];
}

const demandJson: RequestHandler = (request, _response, next) => {
  if (isJson(request.headers['content-type'])) {
    next();
    return;
  }
  throw new Problem('unsupported-media-type', 'send JSON, with the header "content-type: application/json"');
};

/** `application/json`, which is UTF-8 whatever a parameter says (RFC 8259 §8.1): another charset is refused. */
function isJson(contentType: string | undefined): boolean {
  const parameter = /^application\/json *(?:; *charset *= *"?([\w-]+)"? *)?;?$/i.exec(
    contentType?.trim() ?? '',
  );
  return parameter !== null && /^utf-?8$/i.test(parameter[1] ?? 'utf-8');
}

const parseBody: RequestHandler = (request, _response, next) => {
  const bytes: unknown = request.body;
  request.body = bytes instanceof Uint8Array && bytes.length > 0 ? parseJson(decode(bytes)) : undefined;
  next();
};

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('invalid-json', 'the body is not UTF-8');
  }
}

/** The parser's own message quotes the body, which may hold a payload (I11): only the place is said. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('invalid-json', `the body is not JSON: ${jsonFault(text)}`);
  }
}

/** The parsed body, where a route needs one. */
export function bodyOf(body: unknown): unknown {
  if (body === undefined) throw new Problem('invalid-json', 'the body is empty');
  return body;
}

/** The parsed body, where it may be left out. */
export function optionalBodyOf(body: unknown): unknown {
  return body === undefined ? {} : body;
}
