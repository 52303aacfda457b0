/** Owns what `/openapi.json` says of the console (docs/CONSOLE.md). */
import { z } from 'zod';
import { consoleFacts } from '../../protocol/client/console';
import { ifNoneMatch } from '../openapi/headers';
import { type Operation, identified } from '../openapi/operation';

const file = z.string().describe('As the page names it: its hash is in its name');

const asText = {
  'text/javascript': 'The program',
  'text/css': 'How it looks',
  'image/svg+xml': 'Its picture',
};

export const consoleOperations: Operation[] = [
  {
    ...{ method: 'get', path: '/console', id: 'readConsole', tag: 'Service' },
    summary: "The operator's console, for a browser",
    description:
      'Where `DTC_CONSOLE` is `on`. No token is needed for the page; it asks for one where the API does.',
    parameters: [ifNoneMatch],
    answers: {
      200: {
        description: 'HTML',
        text: { 'text/html': 'The page' },
        headers: ['ETag', 'Vary'],
        headersAtTimes: ['Content-Encoding'],
      },
      304: {
        description: 'What is at hand is still right',
        headers: ['ETag', 'Vary'],
        headersAtTimes: ['Content-Encoding'],
      },
      308: { description: 'To its path with a slash at the end', headers: ['Location'] },
    },
    problems: ['misdirected-request'],
  },
  {
    ...{ method: 'get', path: '/console/assets/{file}', id: 'readConsoleFile', tag: 'Service' },
    summary: 'A file of the console',
    parameters: [{ in: 'path', name: 'file', schema: file, required: true }],
    answers: {
      200: {
        description:
          'May be kept for ever; in place of the program of another build, one that reads the page anew',
        text: asText,
        headers: ['Vary'],
        headersAtTimes: ['Content-Encoding'],
      },
    },
    problems: ['misdirected-request', 'not-found'],
  },
  {
    ...{ method: 'get', path: '/console/about', id: 'readConsoleFacts', tag: 'Service' },
    summary: 'What the console has to know of this server, and who asks',
    action: 'console',
    answers: { 200: { description: 'Nothing of it is a secret', json: consoleFacts } },
    problems: [...identified, 'invalid-request'],
  },
];
