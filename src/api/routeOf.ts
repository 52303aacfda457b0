/**
 * Owns the route of a request as a pattern, for metrics and spans: what a client puts into a path is never in it. A router is mounted at a fixed
 * path, which Express tells only while the request is inside, so it is noted there. Who is turned away before (no token, too many requests)
 * gets the route that would have served it: of the paths that Express was given, the first that fits.
 */
import { type Request, type RequestHandler, type Response, type Router } from 'express';
import { type Template, contextOf } from './requestContext';

/**
 * @param own where it is mounted in the API: a request may write it in capitals, as Express takes it too
 * @param router what stands at the mount, its routes perhaps yet to be given
 */
export function noteMount(own: string, router: Router): RequestHandler {
  let known: readonly Template[] | undefined;
  const templates = (): readonly Template[] => (known ??= templatesOf(router));
  return (request, response, next) => {
    contextOf(response).mount = { path: request.baseUrl.slice(0, -own.length) + own, templates };
    next();
  };
}

/** `/transactions/:id`; `/transactions/*` where none of its routes fits; `none` of what is mounted nowhere. */
export function routeOf(request: Request, response: Response): string {
  const { mount } = contextOf(response);
  const route = request.route as { readonly path?: unknown } | undefined;
  if (typeof route?.path === 'string') return joined(mount?.path ?? '', route.path);
  if (mount === undefined) return 'none';
  const path = (request.originalUrl.split('?', 1)[0] ?? '').slice(mount.path.length);
  const fits = mount.templates().find(({ pattern }) => pattern.test(path));
  return joined(mount.path, fits?.template ?? '/*');
}

function templatesOf({ stack }: Router): Template[] {
  return stack.flatMap(({ route }) =>
    route === undefined ? [] : [{ template: route.path, pattern: patternOf(route.path) }],
  );
}

/** As path-to-regexp reads the few forms that there are: a parameter is one segment, a wildcard is the rest. */
function patternOf(template: string): RegExp {
  const segments = template.replace(/\/$/, '').replaceAll(/:\w+/g, '[^/]+').replaceAll(/\*\w+/g, '.+');
  return new RegExp(`^${segments}/?$`);
}

function joined(mount: string, path: string): string {
  const whole = mount + path;
  return whole.length > 1 ? whole.replace(/\/$/, '') : whole;
}
