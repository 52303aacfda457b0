/**
 * Owns `/docs`: the document as one page of HTML, made at the start. It has no script and loads nothing, so its policy forbids all but
 * its own style, by hash (Content Security Policy 3).
 */
import { createHash } from 'node:crypto';
import {
  type MediaType,
  type OpenApiDocument,
  type OperationObject,
  type ParameterObject,
  type PathItem,
  type ResponseObject,
} from '../document';
import { curls } from './curl';
import { Html, markup, inline, prose } from './html';
import { idOfSchema, schemaBody, typeOf } from './schemas';
import { style } from './style';

export interface Page {
  readonly html: string;
  /** Its `content-security-policy`. */
  readonly policy: string;
}

export function docsPage(document: OpenApiDocument): Page {
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { html: pageOf(document).text, policy };
}

interface Shown {
  readonly method: string;
  /** Of what the coordinator sends: its name. */
  readonly path: string;
  readonly operation: OperationObject;
  /** It is not for the reader to send. */
  readonly isWebhook: boolean;
}

function shownIn(items: Readonly<Record<string, PathItem>>, isWebhook: boolean): readonly Shown[] {
  return Object.entries(items).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation, isWebhook })),
  );
}

function pageOf(document: OpenApiDocument): Html {
  const { info, tags, components } = document;
  const operations = [...shownIn(document.paths, false), ...shownIn(document.webhooks, true)];
  const ofTag = (tag: string): Shown[] => operations.filter(({ operation }) => operation.tags.includes(tag));
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${info.title}: API</title>
        <style>${new Html(style)}</style>
      </head>
      <body>
        <header>
          <h1>${info.title}</h1>
          <p>
            Version ${info.version}. The same for programs: <a href="openapi.json">openapi.json</a> (OpenAPI
            ${document.openapi}). What each problem means: <a href="problems">problems</a>.
          </p>
          ${prose(info.description)}
        </header>
        <nav>
          <h2>Operations</h2>
          ${tags.map(({ name }) => contents(name, ofTag(name)))}
        </nav>
        <main>
          ${tags.map(
            ({ name, description }) =>
              markup`<h2>${name}</h2>
                <p>${inline(description)}</p>
                ${ofTag(name).map(each => section(each, originOf(document)))}`,
          )}
          <h2>Schemas</h2>
          ${Object.entries(components.schemas).map(
            ([name, schema]) =>
              markup`<section id="${idOfSchema(name)}">
                <h3>${name}</h3>
                ${schemaBody(schema)}
              </section> `,
          )}
        </main>
      </body>
    </html> `;
}

function originOf({ servers: [server] }: OpenApiDocument): string {
  return server === undefined || server.url === '/' ? 'http://127.0.0.1:8080' : server.url;
}

function contents(tag: string, operations: readonly Shown[]): Html {
  return markup`<h3>${tag}</h3>
    <ul>
      ${operations.map(
        ({ method, path, operation }) =>
          markup`<li>
            <a href="#${operation.operationId}"><code><span class="method">${method}</span> ${path}</code></a>
            ${operation.summary}
          </li> `,
      )}
    </ul> `;
}

function section(shown: Shown, origin: string): Html {
  const { method, path, operation, isWebhook } = shown;
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const content = requestBody?.content['application/json'];
  return markup`<section id="${operationId}">
    <h3>${summary}</h3>
    <p><code>${method.toUpperCase()} ${path}</code>${isWebhook ? ', sent by the coordinator' : ''}</p>
    ${description === undefined ? undefined : prose(description)}
    ${parameters.length === 0 ? undefined : parameterTable(parameters)}
    ${content === undefined ? undefined : markup`<p>Body${requestBody?.required === true ? '' : ' (optional)'}: ${typeOf(content.schema)}</p>`}
    ${(isWebhook ? bodies(content) : curls({ ...shown, origin })).map(
      ([name, text]) =>
        markup`${name === '' ? undefined : markup`<p>${name}:</p>`}
          <pre><code>${text}</code></pre> `,
    )}${responseTable(responses)}
  </section> `;
}

function bodies(content: MediaType | undefined): readonly (readonly [string, string])[] {
  const examples = Object.values(content?.examples ?? {});
  return examples.map(({ value }) => ['', JSON.stringify(value, undefined, 2)]);
}

function parameterTable(parameters: readonly ParameterObject[]): Html {
  return markup`<div class="scroll">
    <table>
      <caption>
        Parameters
      </caption>
      <thead>
        <tr>
          <th scope="col">name</th>
          <th scope="col">in</th>
          <th scope="col">type</th>
          <th scope="col"></th>
        </tr>
      </thead>
      <tbody>
        ${parameters.map(
          ({ name, in: where, required, schema, description }) =>
            markup`<tr>
              <th scope="row"><code>${name}</code>${required ? '' : ' (optional)'}</th>
              <td>${where}</td>
              <td>${typeOf(schema)}</td>
              <td>${description === undefined ? undefined : inline(description)}</td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function responseTable(responses: OperationObject['responses']): Html {
  return markup`<div class="scroll">
    <table>
      <caption>
        Answers
      </caption>
      <thead>
        <tr>
          <th scope="col">status</th>
          <th scope="col"></th>
          <th scope="col">body</th>
          <th scope="col">headers</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(responses).map(([status, response]) => responseRow(status, response))}
      </tbody>
    </table>
  </div> `;
}

function responseRow(status: string, { description, content = {}, headers = {} }: ResponseObject): Html {
  const bodies = Object.entries(content).map(([type, media]) => {
    const events = Object.entries(media['x-events'] ?? {});
    const body =
      events.length === 0
        ? typeOf(media.schema)
        : markup`${events.map(([name, schema]) => markup` <code>${name}</code>: ${typeOf(schema)}`)}`;
    return markup`<p><code>${type}</code> ${body}</p>`;
  });
  const names = Object.entries(headers).map(
    ([name, { required }]) => markup`<p><code>${name}</code>${required ? '' : ' (at times)'}</p>`,
  );
  return markup`<tr>
    <th scope="row">${status}</th>
    <td>${inline(description)}</td>
    <td>${bodies}</td>
    <td>${names}</td>
  </tr> `;
}
