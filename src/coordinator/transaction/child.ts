/**
 * Owns accepting a transaction that the workflow of another program starts as its child (`src/workflow`): judged as `POST /transactions`
 * judges it, with the same defaults, and told to Temporal as it tells it, so that it is listed, read, swept and settled as any other. The
 * workflow hands it over: until then nothing was started.
 *
 * I7: what is accepted stands in the workflow's history; it is looked at no second time.
 */
import { callerNamePattern } from '../../config/apiTokens';
import { workflowTaskTimeout } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { type Owner } from '../../engine/facts/owner';
import { parseTransactionRequest, requestHash } from '../../protocol/client/transactionRequest';
import { type ChildAnswer, type ChildInput } from '../../protocol/transaction/asChild';
import { readId } from '../../protocol/wire/ids';
import { type InputProblem } from '../../protocol/wire/inputProblems';
import { newRun } from './newRun';
import { type Checks, refusalsOf } from './refusals';
import { type OnStart } from './start';
import { summaryOf } from './startRun';

export interface ChildTools extends Checks {
  readonly engine: Engine;
  readonly onStart: OnStart;
}

/** It comes from another program. */
type Unjudged = Omit<ChildInput, 'startedBy'> & { readonly startedBy?: unknown };

type Whose = Pick<Owner, 'name' | 'plainName'>;

export function acceptChild(tools: ChildTools, input: ChildInput): ChildAnswer {
  const { engine, onStart } = tools;
  const { request: body, idBody } = input;
  const caller = ownerOf(input);
  if (caller === undefined) return { is: 'refused', problems: [unnamed] };
  const ours = readId(engine.tag, `${engine.tag}${idBody}`);
  if (ours?.at === undefined) return { is: 'refused', problems: [noId] };
  const { id } = ours;
  const tooLong = problemsOfLength(body, engine.limits.maxBodyBytes);
  if (tooLong.length > 0) return { is: 'refused', problems: tooLong };
  const parsed = parseTransactionRequest(body, engine.limits);
  if (parsed.is === 'refused') return parsed;
  const { request } = parsed;
  const { ofParticipants, ofReceivers } = refusalsOf(tools, request, body);
  const refused = [...ofParticipants, ...ofReceivers];
  if (refused.length > 0) return { is: 'refused', problems: refused };
  // Temporal hands a child's first task to any worker, later: it is no first task that comes with the start
  const terms = { ...engine, hasWorker: false };
  const run = newRun(terms, id, { request, hash: requestHash(request), caller });
  onStart({ id, createdAt: run.accepted.createdAt, isKnown: false });
  return {
    is: 'accepted',
    start: {
      id,
      input: run.input,
      memo: { ...run.memo },
      searchAttributes: run.listedBy.map(({ key: { name, type }, value }) => ({
        key: { name, type },
        value,
      })),
      summary: summaryOf(run.memo),
      workflowTaskTimeout,
    },
  };
}

/** No caller of the HTTP API has a name with this colon in it. */
function ownerOf({ startedBy, parentType }: Unjudged): Whose | undefined {
  if (startedBy === undefined) {
    const name = `workflow:${parentType.replaceAll(/[^A-Za-z0-9._@-]/g, '_').slice(0, 64)}`;
    return { name, plainName: name };
  }
  if (typeof startedBy !== 'string') return undefined;
  const plainName = startedBy.replace(/^jwt:/, '');
  return callerNamePattern.test(plainName) ? { name: startedBy, plainName } : undefined;
}

const unnamed: InputProblem = {
  pointer: '#',
  message:
    'the option "startedBy" must be the name of a token of DTC_API_TOKENS, or "jwt:" and the "sub" of a JWT: 1 to 64 of [A-Za-z0-9._@-]',
};

const noId: InputProblem = {
  pointer: '#',
  message: 'the id is none of a transaction: it is made by transactionChild of this package',
};

function problemsOfLength(body: unknown, most: number): InputProblem[] {
  if (Buffer.byteLength(JSON.stringify(body ?? null)) <= most) return [];
  return [
    { pointer: '#', message: `must not be longer than ${String(most)} bytes as JSON (DTC_MAX_BODY_BYTES)` },
  ];
}
