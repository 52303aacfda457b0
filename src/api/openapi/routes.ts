/**
 * Owns `/openapi.json` and `/docs` (PROTOCOL §3): made once, at the start, and answered without a token, since nothing of a caller is
 * in them. They alone may be kept, and asked for by `ETag`.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RequestHandler, type Response, Router } from 'express';
import { isAuthenticated } from '../../config/bindRule';
import { packageRoot } from '../../engine/devServer/packageRoot';
import { given } from '../../protocol/wire/given';
import { type ApiDependencies } from '../dependencies';
import { allowOnly } from '../methods';
import { type DescribedConfig, type OpenApiDocument, type Program, openApiDocument } from './document';
import { type Page, docsPage } from './page/page';

export function openApiRoutes({ config }: Pick<ApiDependencies, 'config'>): Router {
  const { document, page } = describedOnce(config);
  const router = Router({ caseSensitive: true });
  router
    .route('/openapi.json')
    .get(kept('application/json', JSON.stringify(document)))
    .all(allowOnly('GET, HEAD'));
  router
    .route('/docs')
    .get(kept('text/html', page.html, { 'content-security-policy': page.policy }))
    .all(allowOnly('GET, HEAD'));
  return router;
}

interface Described {
  readonly document: OpenApiDocument;
  readonly page: Page;
}

const described = new Map<string, Described>();

/** To make it takes tens of milliseconds, and a process may have several such APIs. */
export function describedOnce({ auth, limits, longestWaitS, publicUrl }: DescribedConfig): Described {
  const { maxParticipants, maxRequestTimeoutMs } = limits;
  const isOpen = !isAuthenticated({ auth });
  const key = JSON.stringify([maxParticipants, maxRequestTimeoutMs, longestWaitS, publicUrl, isOpen]);
  const before = described.get(key);
  if (before !== undefined) return before;
  const document = openApiDocument({ auth, limits, longestWaitS, ...given({ publicUrl }) }, program());
  const made = { document, page: docsPage(document) };
  described.set(key, made);
  return made;
}

/** Whoever has it asks whether it is still right, and is told so without it (RFC 9110 §13.1.2). */
function kept(type: string, text: string, headers: Readonly<Record<string, string>> = {}): RequestHandler {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  return (_request, response: Response) => {
    response
      .set({ ...headers, 'cache-control': 'no-cache', etag })
      .type(type)
      .send(text);
  };
}

let known: Program | undefined;

/** Read once: it is this process's. */
export function program(): Program {
  return (known ??= JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as Program);
}
