/**
 * Owns the route of a request as a pattern, for metrics and spans: what a client puts into a path is never in it. A router is mounted at a fixed
 * path, which Express tells only while the request is inside, so it is noted there.
 */
import { type Request, type RequestHandler, type Response } from 'express';
import { contextOf } from './requestContext';

export const noteMount: RequestHandler = (request, response, next) => {
  contextOf(response).mount = request.baseUrl;
  next();
};

/** `/transactions/:id`; `/transactions/*` for what was answered before its route was found; `none` where there is none. */
export function routeOf(request: Request, response: Response): string {
  const { mount } = contextOf(response);
  const route = request.route as { readonly path?: unknown } | undefined;
  if (typeof route?.path === 'string') {
    const path = `${mount ?? ''}${route.path}`;
    return path.length > 1 ? path.replace(/\/$/, '') : path;
  }
  return mount === undefined ? 'none' : `${mount}/*`;
}
