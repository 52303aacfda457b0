/** Owns how a JSON Schema reads on `/docs`: what type it has in one line, and a table of its members. */
import { type JsonSchema } from '../components';
import { type Html, inline, markup } from './html';

const ofComponents = '#/components/schemas/';

export function idOfSchema(name: string): string {
  return `schema-${name}`;
}

/** `string`, `"a" or "b"`, a link to a named one, … */
export function typeOf(schema: JsonSchema): Html {
  const { $ref, type, items } = schema;
  if (typeof $ref === 'string') return linkTo($ref.slice(ofComponents.length));
  const oneOf = schema['oneOf'] ?? schema['anyOf'];
  if (isSchemas(oneOf)) return joined(oneOf.map(typeOf), ' or ');
  if ('const' in schema) return markup`<code>${JSON.stringify(schema['const'])}</code>`;
  if (Array.isArray(schema['enum'])) {
    const values = (schema['enum'] as unknown[]).map(value => markup`<code>${JSON.stringify(value)}</code>`);
    return markup`${joined(values, ' or ')}${limitsOf(schema)}`;
  }
  if (type === 'array' && isSchema(items)) return markup`array of ${typeOf(items)}`;
  if (Array.isArray(type)) return markup`${type.join(' or ')}`;
  const { additionalProperties } = schema;
  if (type === 'object' && isSchema(additionalProperties))
    return markup`object of ${typeOf(additionalProperties)}`;
  return markup`${typeof type === 'string' ? type : 'any JSON'}${limitsOf(schema)}`;
}

function limitsOf(schema: JsonSchema): string {
  const { format, minimum, maximum, minLength, maxLength, default: byDefault } = schema;
  const range = rangeOf(minimum, maximum);
  const length = rangeOf(minLength, maxLength);
  const limits = [
    ...(typeof format === 'string' ? [format] : []),
    ...(range === undefined ? [] : [range]),
    ...(length === undefined ? [] : [`${length} characters`]),
    ...(byDefault === undefined ? [] : [`${JSON.stringify(byDefault)} unless given`]),
  ];
  return limits.length === 0 ? '' : ` (${limits.join(', ')})`;
}

/** What zod says of any integer says nothing. */
function rangeOf(from: unknown, to: unknown): string | undefined {
  const isLimit = (limit: unknown): limit is number =>
    typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  if (isLimit(from) && isLimit(to)) return `${from} to ${to}`;
  if (isLimit(to)) return `at most ${to}`;
  return isLimit(from) && from > 0 ? `at least ${from}` : undefined;
}

/** Of a named schema: what it is, and its members. */
export function schemaBody(schema: JsonSchema): Html {
  const variants = schema['oneOf'] ?? schema['anyOf'];
  return markup`${descriptionOf(schema)}${
    isSchemas(variants)
      ? variants.map(each => ('properties' in each ? members(each) : markup`<p>${typeOf(each)}</p>`))
      : members(schema)
  }`;
}

function members(schema: JsonSchema): Html {
  const { properties, required } = schema;
  if (!isSchema(properties) || Object.keys(properties).length === 0)
    return markup`<p>${schema['type'] === 'object' ? 'No members.' : typeOf(schema)}</p>`;
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  return markup`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">member</th>
          <th scope="col">type</th>
          <th scope="col"></th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(properties).map(([name, member]) => row(name, member, needed.includes(name)))}
      </tbody>
    </table>
  </div> `;
}

function row(name: string, member: unknown, isRequired: boolean): Html {
  const schema = isSchema(member) ? member : {};
  const { items = schema } = schema; // of an array, what it is an array of
  const inner = isSchema(items) && isSchema(items['properties']) ? members(items) : undefined;
  const { description } = schema;
  return markup`<tr>
    <th scope="row"><code>${name}</code>${isRequired ? '' : ' (optional)'}</th>
    <td>${typeOf(schema)}</td>
    <td>${typeof description === 'string' ? inline(description) : ''}${inner}</td>
  </tr> `;
}

function descriptionOf({ description }: JsonSchema): Html | undefined {
  return typeof description === 'string' ? markup`<p>${inline(description)}</p>` : undefined;
}

function linkTo(name: string): Html {
  return markup`<a href="#${idOfSchema(name)}">${name}</a>`;
}

function joined(parts: readonly Html[], between: string): Html {
  return markup`${parts.map((part, index) => (index === 0 ? part : markup`${between}${part}`))}`;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSchemas(value: unknown): value is readonly JsonSchema[] {
  return Array.isArray(value) && value.every(isSchema);
}
