/**
 * Owns the reading of bodies: JSON in UTF-8, bounded. The content type is asked for on every POST that has a body, since it is
 * what keeps web pages out (hosts.ts). One that may go without needs none then: a page's says where it comes from.
 */
import express, { type Request, type RequestHandler } from 'express';
import { headerProblem } from './headerProblem';
import { jsonFault } from './jsonFault';
import { Problem } from './problems';

/** Handlers that leave the body of a request in `request.body`, parsed; `undefined` where it was empty. */
export function jsonBody(maxBytes: number): RequestHandler[] {
  return [demandJson, express.raw({ type: () => true, limit: maxBytes, inflate: false }), parseBody];
}

/** The same where the body may be left out. */
export function optionalJsonBody(maxBytes: number): RequestHandler[] {
  const [, ...readers] = jsonBody(maxBytes);
  const demand: RequestHandler = (request, response, next) => {
    if (saysNothing(request) && !isOfPage(request)) next();
    else void demandJson(request, response, next);
  };
  return [demand, ...readers];
}

/** No body (RFC 9112 §6.3), and none declared. */
function saysNothing({ headers }: Request): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': coding, 'content-type': type } = headers;
  return type === undefined && coding === undefined && Number(length) === 0;
}

const demandJson: RequestHandler = (request, _response, next) => {
  const type = request.headers['content-type'];
  if (isJson(type)) {
    next();
    return;
  }
  throw new Problem('unsupported-media-type', 'send JSON, with the header "content-type: application/json"', {
    errors: [headerProblem('Content-Type', type, 'must be application/json, which is UTF-8')],
  });
};

/** Browsers say so with every POST (Fetch, "append a request Origin header"; Fetch Metadata). */
function isOfPage({ headers }: Request): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}

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
