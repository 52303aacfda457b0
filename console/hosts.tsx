/** Owns the page of participants in trouble: who is sick, since when, how many wait, and acts on all that wait for one. */
import { type VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type Resolution } from '../src/client/contract';
import { type BulkReport } from '../src/protocol/client/many';
import { hrefOf } from './place';
import { Steps } from './dialog';
import { OutcomeFields, textIn } from './fields';
import { useLoaded, useNow } from './live';
import { Columns, Shown, Title, When, Wide } from './parts';
import { type Known, isOperator } from './session';
import { howMany, inWords } from './words';

export function Hosts({ session }: { readonly session: Known }): VNode {
  const loaded = useLoaded('participants', signal => session.client.participants({ signal }), 5_000);
  const now = useNow();
  const [acting, setActing] = useState<{ readonly host: string; readonly verb: 'retry' | 'resolve' }>();
  const close = (): void => {
    setActing(undefined);
    loaded.again();
  };
  return (
    <>
      <Title name="Participants">Participants in trouble</Title>
      <Shown loaded={loaded}>
        {({ participants, sample }) => (
          <>
            {sample !== undefined && (
              <p class="hint">
                The newest {sample.looked.toLocaleString('en')} of {sample.of.toLocaleString('en')}{' '}
                transactions in trouble were looked at.
              </p>
            )}
            {participants.length === 0 ? (
              <p class="quiet">No transaction in trouble waits for anybody.</p>
            ) : (
              <Wide label="Participants in trouble">
                <table>
                  <Columns names={['Host', 'Wait for it', 'Need attention', 'Since', 'Last error', 'Act']} />
                  <tbody>
                    {participants.map(({ host, waiting, needsAttention, since, lastError }) => (
                      <tr key={host}>
                        <th scope="row">
                          <a href={hrefOf(['transactions'], { participant: host, status: 'pending' })}>
                            {host}
                          </a>
                        </th>
                        <td class="number">{waiting}</td>
                        <td class="number">
                          <a href={hrefOf(['transactions'], { participant: host, needsAttention: 'true' })}>
                            {needsAttention}
                          </a>
                        </td>
                        <td>
                          <When at={since} now={now} />
                        </td>
                        <td>
                          {lastError?.message ?? '–'}{' '}
                          {lastError !== undefined && <When at={lastError.at} now={now} />}
                        </td>
                        <td>
                          {isOperator(session) && (
                            <span class="buttons">
                              <button
                                type="button"
                                onClick={() => {
                                  setActing({ host, verb: 'retry' });
                                }}
                              >
                                Retry all of {host} …
                              </button>
                              <button
                                type="button"
                                onClick={() => {
                                  setActing({ host, verb: 'resolve' });
                                }}
                              >
                                Settle all of {host} …
                              </button>
                            </span>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Wide>
            )}
          </>
        )}
      </Shown>
      {acting?.verb === 'retry' && <RetryAll session={session} host={acting.host} close={close} />}
      {acting?.verb === 'resolve' && <ResolveAll session={session} host={acting.host} close={close} />}
    </>
  );
}

interface ActProps {
  readonly session: Known;
  readonly host: string;
  readonly close: () => void;
}

function RetryAll({ session: { client }, host, close }: ActProps): VNode {
  return (
    <Steps
      title={`Retry all that wait for ${host}`}
      close={close}
      read={() => ({ participant: host })}
      foresee={asked => client.retryMany({ ...asked, dryRun: true })}
      show={report => (
        <Foreseen
          report={report}
          words={`will be asked again at ${host}, now and not at the next interval`}
        />
      )}
      verb={(_, { matched }) => (matched === 0 ? undefined : `Retry ${howMany(matched, 'transaction')}`)}
      act={async asked => <Reported report={await client.retryMany(asked)} />}
    />
  );
}

function ResolveAll({ session: { client }, host, close }: ActProps): VNode {
  return (
    <Steps
      title={`Settle all that wait for ${host}`}
      close={close}
      fields={<OutcomeFields whom={host} />}
      read={given => ({
        participant: host,
        outcome: textIn(given, 'outcome') as Resolution,
        reason: textIn(given, 'reason'),
      })}
      foresee={asked => client.resolveMany({ ...asked, dryRun: true })}
      show={(report, { outcome }) => (
        <Foreseen
          isSettling
          report={report}
          words={`will count ${host} as ${inWords(outcome)}, whatever it has done`}
        />
      )}
      verb={({ outcome }, { matched }) =>
        matched === 0 ? undefined : `Settle ${howMany(matched, 'transaction')} as ${inWords(outcome)}`
      }
      act={async asked => <Reported report={await client.resolveMany(asked)} />}
    />
  );
}

const stopped: Readonly<Record<string, string>> = {
  limit: 'a thousand at a time',
  time: 'the time of one request was over',
  shutdown: 'the server is stopping',
  temporal: 'Temporal did not answer',
  worker: 'no worker answered',
};

function More({ report: { stoppedBy, failed, hint } }: { readonly report: BulkReport }): VNode {
  return (
    <>
      {stoppedBy !== undefined && <p class="hint">There may be more: {stopped[stoppedBy] ?? stoppedBy}.</p>}
      {hint !== undefined && <p class="hint">{hint}</p>}
      {failed.length > 0 && (
        <ul>
          {failed.slice(0, 20).map(({ id, why }) => (
            <li key={id}>
              <a class="id" href={hrefOf(['transactions', id])}>
                {id}
              </a>
              : {why}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface ForeseenProps {
  readonly report: BulkReport;
  readonly words: string;
  /** Of a retry nobody ends otherwise than decided. */
  readonly isSettling?: boolean;
}

function Foreseen({ report, words, isSettling = false }: ForeseenProps): VNode {
  const { matched, asking = 0, heuristic } = report;
  const { undecided = 0 } = heuristic ?? {};
  return (
    <>
      <p>
        <b>{howMany(matched, 'transaction')}</b> {words}.
      </p>
      {asking > 0 && (
        <p>
          {howMany(asking, 'transaction')} more {asking === 1 ? 'is' : 'are'} being asked at this moment,
          which is not cut off.
        </p>
      )}
      {isSettling && matched > 0 && heuristic === undefined && (
        <p>All of them end as decided, if that is how it was.</p>
      )}
      {heuristic !== undefined && (
        <p>
          Of them <b>{heuristic.mixed}</b> will end as mixed, <b>{heuristic.hazard}</b> as hazard
          {undecided > 0 && `; ${undecided} not decided yet may end as either`}.
        </p>
      )}
      <More report={report} />
    </>
  );
}

function Reported({ report }: { readonly report: BulkReport }): VNode {
  return (
    <>
      <p>
        Done for <b>{howMany(report.acted, 'transaction')}</b>
        {report.failed.length > 0 ? `, not for ${report.failed.length}` : ''}.
      </p>
      <More report={report} />
    </>
  );
}
