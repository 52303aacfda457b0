/** Owns how a sweep's report reads: what was found, what becomes of it and why, and the command where a person has to act. */
import { type FindingDocument, type OrphansDocument, type SweepActionDocument } from '../client/orphans';
import { participantBody, participantHeaders } from '../wire/participantRequest';
import { type Ms, type Phase, timestamp } from '../wire/phases';
import {
  type Action,
  type Finding,
  type Interrupted,
  type WhyLeft,
  type Prepared,
  type SweepReport,
  type Undelivered,
  type Unknown,
} from './report';
import { given } from '../wire/given';

/** @param cli options of the CLI for where this coordinator's Temporal is, at the end of its commands (` --address …`) */
export function orphansDocument(report: SweepReport, cli = ''): OrphansDocument {
  const { sweptAt, dryRun, findings, counts, actions } = report;
  return {
    sweptAt: timestamp(sweptAt),
    dryRun,
    findings: findings.map(each => findingDocument(each, { ...report, cli })),
    counts,
    actions: actions.map(each => actionDocument(each, report)),
  };
}

type Context = Pick<SweepReport, 'lists' | 'safetyMs' | 'maxActions' | 'dryRun'> & { readonly cli: string };

function findingDocument(finding: Finding, context: Context): FindingDocument {
  const { kind, since } = finding;
  const about = {
    kind,
    ...('transactionId' in finding ? { transactionId: finding.transactionId } : {}),
    ...('participant' in finding ? { participant: finding.participant } : {}),
    ...('list' in finding ? { where: context.lists[finding.list] ?? '' } : {}),
    since: timestamp(since),
    ...(kind === 'undelivered' ? undeliveredMembers(finding) : {}),
  };
  return { ...about, ...wordsOf(finding, context) };
}

type Words = Pick<FindingDocument, 'what' | 'willDo' | 'why' | 'command' | 'curl'>;

function wordsOf(finding: Finding, context: Context): Words {
  switch (finding.kind) {
    case 'interrupted':
      return interruptedWords(finding, context);
    case 'prepared':
      return preparedWords(finding, context);
    case 'unknown':
      return unknownWords(finding, context);
    case 'stuck':
      return {
        what: finding.needsAttention
          ? `needs attention, ${finding.state}`
          : `${finding.state} for longer than it should`,
        willDo:
          finding.stalled === true
            ? 'nothing: a person has to'
            : 'nothing: it is being driven, and goes on by itself',
        why: finding.detail === '' ? 'nobody knows what it waits for: is there a worker?' : finding.detail,
        ...given({ command: finding.command }),
      };
    case 'unreachable':
      return {
        what: 'the list of what is prepared cannot be read',
        willDo: 'ask again in the next sweep',
        why: finding.detail,
      };
    case 'undelivered':
      return undeliveredWords(finding, context);
  }
}

function undeliveredMembers({ url, id, type, attempts, why: failure, gaveUpAt }: Undelivered) {
  const lastError =
    failure === undefined
      ? undefined
      : { code: failure.code, ...given({ status: failure.status }), message: failure.message };
  return {
    ...{ where: url, id, type },
    ...given({ attempts, lastError, gaveUpAt: gaveUpAt === undefined ? undefined : timestamp(gaveUpAt) }),
  };
}

function undeliveredWords(finding: Undelivered, { cli }: Context): Words {
  const { id, runId, type, why: failure, gaveUpAt, neverBegun } = finding;
  const what = `nobody has taken the notification ${type}`;
  if (neverBegun === true)
    return {
      what,
      willDo: 'nothing: a person has to',
      why: 'Temporal has its workflow, and has given it to no worker: a signal has it begin',
      command: `temporal workflow signal --workflow-id ${id} --name wake${cli}`,
    };
  const because = failure?.message ?? 'nobody knows what came of it';
  if (gaveUpAt === undefined)
    return {
      what,
      willDo: 'nothing: it is tried again by itself, for three days in all',
      why: because,
      command: `temporal activity reset --workflow-id ${id} --activity-id notify${cli}`,
    };
  const run = runId === undefined ? '' : ` --run-id ${runId}`; // a newer one may have been deleted: then Temporal knows of no current one
  return {
    what,
    willDo: 'nothing: a person has to',
    why:
      failure === undefined
        ? 'its workflow was ended from outside in Temporal'
        : `it was given up: ${because}`,
    command: `temporal workflow reset --workflow-id ${id}${run} --type FirstWorkflowTask --reason "send it again"${cli}`,
  };
}

function interruptedWords({ transactionId, left, detail }: Interrupted, context: Context): Words {
  const what = 'ended from outside in Temporal; nobody drives it';
  if (left !== 'unreplayable')
    return {
      what,
      willDo: willDo('take it up again', context),
      why: left === 'waits' ? 'it ended only just now: in the next sweep' : why(left, detail, context),
    };
  return {
    what,
    willDo: 'nothing: a person has to',
    why: `its history cannot be replayed: ${detail ?? ''}`,
    command: `temporal workflow show --workflow-id ${transactionId}${context.cli}`,
  };
}

function preparedWords(finding: Prepared, context: Context): Words {
  const { decision, left, detail } = finding;
  const ended = decision === 'commit' ? 'committed' : 'rolled back';
  const what = `prepared, although the transaction has ${ended}`;
  if (left !== 'forced' && left !== 'stranger')
    return { what, willDo: willDo(`send ${decision}`, context), why: why(left, detail, context) };
  const because =
    left === 'stranger'
      ? 'the transaction has no participant of this name: is this the list of another service?'
      : `an operator has settled this participant otherwise than decided: ${detail ?? ''}`;
  return { what, willDo: 'nothing: a person has to', why: because, ...commands(finding, context) };
}

function unknownWords(finding: Unknown, context: Context): Words {
  const lost = finding.expired
    ? 'is older than Temporal keeps records'
    : 'is not in the record: it was lost with the database or the namespace, with a restored backup, or by "workflow delete"';
  return {
    what: `prepared, under an id of this coordinator that ${lost}`,
    willDo: 'nothing: the decision that is missing may have been commit',
    why: 'only a transaction that existed can have sent prepare. Find out how its other participants ended, then settle this one the same way: DECISION=commit or DECISION=rollback',
    ...commands(finding, context),
  };
}

/** Harmless until somebody has set DECISION. `participantRequest` makes the request, so that it is the regular one. */
function commands(
  { transactionId, participant, list }: Prepared | Unknown,
  { lists }: Context,
): Required<Pick<FindingDocument, 'command' | 'curl'>> {
  const where = lists[list] ?? '';
  const call = { transactionId, participant, phase: '$DECISION' as Phase, decideBy: 0 };
  const headers = Object.entries(participantHeaders(call)).map(([name, value]) => `-H "${name}: ${value}"`);
  const body = participantBody(call).replaceAll('"', '\\"');
  const url = where.replace(/prepared(?=$|\?)/, '$DECISION');
  return {
    command: `npm run settle-participant -- "$DECISION" "${where}" ${transactionId} ${participant} --reason "$REASON"`,
    curl: `curl -i -X POST "${url}" ${headers.join(' ')} -d "${body}"`,
  };
}

function willDo(deed: string, { dryRun }: Context): string {
  return dryRun ? `would ${deed}` : deed;
}

function why(left: WhyLeft, detail: string | undefined, { safetyMs, maxActions }: Context): string {
  switch (left) {
    case 'waits':
      return `once it has been seen in two sweeps at least ${safetyMs} ms apart`;
    case 'capped':
      return `in a later sweep: this one had done ${maxActions} actions, its cap`;
    case 'dryRun':
      return 'this sweep was dry';
    case 'failed':
      return `tried in vain, and tried again in the next sweep: ${detail ?? ''}`;
    default:
      return detail ?? '';
  }
}

function actionDocument(action: Action, context: Omit<Context, 'cli'>): SweepActionDocument {
  const { transactionId, participant, list, at, done, detail } = action;
  return {
    action: action.action,
    transactionId,
    ...given({ participant }),
    ...(list === undefined ? {} : { where: context.lists[list] ?? '' }),
    at: timestamp(at),
    reason: reasonOf(action, context),
    result: done ? 'done' : (detail ?? 'failed'),
  };
}

export function reasonOf(
  { action, since }: Pick<Action, 'action' | 'since'>,
  { safetyMs }: { readonly safetyMs: Ms },
): string {
  if (action === 'recover') return `it had been ended from outside in Temporal, ${timestamp(since)}`;
  const ended = action === 'commit' ? 'committed' : 'rolled back';
  return `the transaction has ${ended}, and the participant holds it prepared: first seen ${timestamp(since)}, at least ${safetyMs} ms ago`;
}
