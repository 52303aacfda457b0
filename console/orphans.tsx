/** Owns the page of orphans: what the last sweep found, what becomes of it, the commands that settle it, and a sweep now after a dry run. */
import { type VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type SweepUnderWay } from '../src/client/contract';
import { type OrphansDocument } from '../src/protocol/client/orphans';
import { hrefOf } from './place';
import { Steps } from './dialog';
import { useLoaded, useNow } from './live';
import { Columns, Copyable, Shown, Title, When, Wide } from './parts';
import { type Known, isOperator } from './session';
import { howMany } from './words';

export function Orphans({ session }: { readonly session: Known }): VNode {
  const loaded = useLoaded('orphans', signal => session.client.orphans({ signal }), 10_000);
  const now = useNow();
  const [isSweeping, setSweeping] = useState(false);
  return (
    <>
      <Title name="Orphans">Orphans</Title>
      {isOperator(session) && (
        <p>
          <button
            type="button"
            onClick={() => {
              setSweeping(true);
            }}
          >
            Sweep now …
          </button>
        </p>
      )}
      <Shown loaded={loaded}>{report => <Report report={report} now={now} />}</Shown>
      {isSweeping && (
        <Sweep
          session={session}
          now={now}
          close={() => {
            setSweeping(false);
            loaded.again();
          }}
        />
      )}
    </>
  );
}

function Report({ report, now }: { readonly report: OrphansDocument; readonly now: number }): VNode {
  const { sweptAt, dryRun, findings, actions, counts } = report;
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  return (
    <>
      <p>
        {sweptAt === undefined ? (
          'There was no sweep yet.'
        ) : (
          <>
            Swept <When at={sweptAt} now={now} />
            {dryRun === true ? ', as a dry run' : ''}.
          </>
        )}{' '}
        {entries.map(([name, count]) => `${count} ${name}`).join(', ')}
      </p>
      {findings.length === 0 ? (
        <p class="quiet">It found nothing.</p>
      ) : (
        <Wide label="Findings">
          <table>
            <caption>{howMany(findings.length, 'finding')}</caption>
            <Columns names={['What', 'Where', 'Since', 'What becomes of it']} />
            <tbody>
              {findings.map(finding => (
                <tr
                  key={`${finding.kind} ${finding.transactionId ?? ''} ${finding.participant ?? ''} ${finding.where ?? ''} ${finding.id ?? ''}`}
                >
                  <th scope="row">
                    {finding.kind}
                    <div class="quiet">{finding.what}</div>
                  </th>
                  <td>
                    {finding.transactionId !== undefined && (
                      <a class="id" href={hrefOf(['transactions', finding.transactionId])}>
                        {finding.transactionId}
                      </a>
                    )}{' '}
                    {finding.participant} <span class="url quiet">{finding.where}</span>
                    {finding.lastError !== undefined && <div>{finding.lastError.message}</div>}
                  </td>
                  <td>
                    <When at={finding.since} now={now} />
                  </td>
                  <td>
                    {finding.willDo}: <span class="quiet">{finding.why}</span>
                    {finding.command !== undefined && <Copyable text={finding.command} name="command" />}
                    {finding.curl !== undefined && <Copyable text={finding.curl} name="request" />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {actions.length > 0 && (
        <>
          <h2>{dryRun === true ? 'What it would do' : 'What it did'}</h2>
          <ul>
            {actions.map(({ action, transactionId, participant, at, reason, result }) => (
              <li key={`${at} ${action} ${transactionId} ${participant ?? ''}`}>
                {action}{' '}
                <a class="id" href={hrefOf(['transactions', transactionId])}>
                  {transactionId}
                </a>{' '}
                {participant} <span class="quiet">{reason}</span>: {result}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

interface SweepProps {
  readonly session: Known;
  readonly now: number;
  readonly close: () => void;
}

function Sweep({ session: { client }, now, close }: SweepProps): VNode {
  return (
    <Steps<undefined, OrphansDocument | SweepUnderWay>
      title="Sweep now"
      close={close}
      read={() => undefined}
      foresee={() => client.sweep({ dryRun: true })}
      show={expected => (
        <>
          <p>A dry run, which has changed nothing. {willDo(expected)}</p>
          <Swept report={expected} now={now} />
        </>
      )}
      verb={() => 'Sweep'}
      act={async () => <Swept report={await client.sweep({ dryRun: false })} now={now} />}
    />
  );
}

function willDo(expected: OrphansDocument | SweepUnderWay): string {
  if (!('workflowId' in expected) && expected.actions.length === 0)
    return 'As things are, the sweep would do nothing but look again.';
  return 'The sweep will do what it names, and no more in one go than DTC_SWEEP_MAX_ACTIONS.';
}

function Swept({
  report,
  now,
}: {
  readonly report: OrphansDocument | SweepUnderWay;
  readonly now: number;
}): VNode {
  if ('workflowId' in report)
    return <p>The sweep is still under way ({report.workflowId}); its report will be on this page.</p>;
  return <Report report={report} now={now} />;
}
