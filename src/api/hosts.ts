/**
 * Owns the guard against web pages where callers need not authenticate: a page may point its own name at 127.0.0.1 (DNS
 * rebinding), and then only the `Host` header tells. Cross-site POSTs are stopped by the JSON content type, which
 * browsers do not send elsewhere without asking, and asking is never answered with CORS headers; those that need no
 * body, and so no type, by their `Origin` (body.ts).
 */
import { type RequestHandler } from 'express';
import { isAuthenticated } from '../config/bindRule';
import { type Config } from '../config/config';
import { isLoopback } from '../config/parsers';
import { headerProblem } from './headerProblem';
import { Problem } from './problems';

const allowed = 'localhost, a loopback address, DTC_HOST or that of DTC_PUBLIC_URL';

export function guardHost(config: Pick<Config, 'auth' | 'host' | 'publicUrl'>): RequestHandler {
  const names = ownNames(config);
  return (request, _response, next) => {
    const name = hostname(request.headers.host ?? '');
    if (isAuthenticated(config) || (name !== undefined && (isLoopback(name) || names.has(name)))) {
      next();
      return;
    }
    throw new Problem('misdirected-request', `the Host header is not ${allowed}`, {
      errors: [headerProblem('Host', request.headers.host, `must be ${allowed}`)],
    });
  };
}

function ownNames({ host, publicUrl }: Pick<Config, 'host' | 'publicUrl'>): ReadonlySet<string> {
  const own = hostname(host.includes(':') ? `[${host}]` : host);
  const named = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
  return new Set([own, named].filter(name => name !== undefined));
}

function hostname(header: string): string | undefined {
  const looksLikeHost = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(header);
  return looksLikeHost && URL.canParse(`http://${header}`) ? new URL(`http://${header}`).hostname : undefined;
}
