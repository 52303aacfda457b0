/** Owns the command that shows an operation, for a shell. */
import { type MediaType, type OperationObject } from '../document';

interface Shown {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationObject;
  /** Where the API is, as the reader may have it. */
  readonly origin: string;
}

/** One for each example of its body, or one without. @returns by what it shows */
export function curls(shown: Shown): readonly (readonly [string, string])[] {
  const examples: MediaType['examples'] = shown.operation.requestBody?.content['application/json']?.examples;
  if (examples === undefined) return [['', curl(shown)]];
  return Object.entries(examples).map(([name, { value }]) => [name, curl(shown, JSON.stringify(value))]);
}

function curl({ method, path, operation, origin }: Shown, body?: string): string {
  const needed = (operation.parameters ?? []).filter(each => each.in === 'query' && each.required);
  const query = needed.map(({ name }) => `${name}=<${name}>`).join('&');
  const url = `${origin}${path.replaceAll('{', '<').replaceAll('}', '>')}${query === '' ? '' : `?${query}`}`;
  return [
    `curl -s${method === 'get' || method === 'post' ? '' : ` -X ${method.toUpperCase()}`} ${quoted(url)}`,
    ...(operation.security.length === 0 ? [] : ['-H "authorization: Bearer $TOKEN"']),
    ...(body === undefined ? [] : ["-H 'content-type: application/json'", `-d ${quoted(body)}`]),
  ].join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
