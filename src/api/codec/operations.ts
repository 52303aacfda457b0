/** Owns what `/openapi.json` says of the codec server (PROTOCOL §3). */
import { type ProblemName } from '../../protocol/client/problems';
import { payloads } from '../../protocol/client/payloads';
import { traceContext } from '../openapi/headers';
import { type Operation, identified, withBody } from '../openapi/operation';
import { codecBody } from './body';

const problems: readonly ProblemName[] = [...identified.filter(name => name !== 'rate-limited'), ...withBody];

/** `"a value"`, as Temporal keeps it. */
const plain = { metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'ImEgdmFsdWUi' };

function operation(of: 'decode' | 'encode', summary: string, description: string): Operation {
  return {
    ...{ method: 'post', path: `/codec/${of}`, id: `${of}Payloads`, tag: 'Operating', summary },
    action: 'decode',
    parameters: traceContext,
    body: {
      schema: codecBody,
      required: true,
      examples: { 'a value': { payloads: [plain] }, nothing: {} },
    },
    answers: { 200: { description, json: payloads } },
    problems,
  };
}

export const codecOperations: Operation[] = [
  operation(
    'decode',
    'Decrypt what Temporal stores, for its Web UI and CLI',
    'The same payloads, decrypted; one that is not encrypted, or with a key that is not known, as it was',
  ),
  operation('encode', "Encrypt what Temporal's CLI sends", 'The same payloads, encrypted'),
];
