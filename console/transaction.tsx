/** Owns one transaction's page: the sentence, what can be done, its timeline, and all that is known of it. */
import { type ComponentChildren, type VNode } from 'preact';
import { type TransactionDocument } from '../src/protocol/client/document';
import { Acts } from './acts';
import { hrefOf } from './place';
import { useNow } from './live';
import { Columns, Copyable, Spoken, State, Title, Trouble, When, Wide } from './parts';
import { type Known, apiUrl } from './session';
import { becauseOf, storyOf } from './story';
import { inWords } from './words';
import { Timeline } from './timeline';
import { useWatched } from './watched';

export function Transaction({ session, id }: { readonly session: Known; readonly id: string }): VNode {
  const { document, sighted, error, told } = useWatched(session.client, id);
  const now = useNow();
  return (
    <>
      <Title name={`Transaction ${id}`}>
        Transaction <span class="id">{id}</span>
      </Title>
      <Trouble error={error} isShownStill={document !== undefined} />
      {document === undefined ? (
        error === undefined && <p class="quiet">Loading …</p>
      ) : (
        <>
          <Story document={document} now={now} />
          <Acts session={session} document={document} told={told} />
          <Timeline document={document} sighted={sighted} now={now} />
          <Participants document={document} now={now} />
          <Locks document={document} now={now} />
          <Deeds document={document} now={now} />
          <Facts document={document} now={now} />
          <Raw document={document} session={session} />
        </>
      )}
    </>
  );
}

function Story({ document, now }: { readonly document: TransactionDocument; readonly now: number }): VNode {
  const { tone, what, todo } = storyOf(document, now);
  return (
    <section class={`story ${tone}`} aria-label="What goes on">
      <p>
        <State of={document.state} />{' '}
        {document.needsAttention && <span class="state bad">needs attention</span>}{' '}
        {document.heuristic !== undefined && <span class="state odd">{document.heuristic}</span>}
      </p>
      <p class="what">{what}</p>
      <p>{todo}</p>
      <Spoken text={`${inWords(document.state)}${document.needsAttention ? ', needs attention' : ''}`} />
    </section>
  );
}

interface Part {
  readonly document: TransactionDocument;
  readonly now: number;
}

function Participants({ document, now }: Part): VNode {
  return (
    <section>
      <h2>Participants</h2>
      <Wide label="Participants">
        <table>
          <Columns
            names={['Name', 'State', 'Vote', 'Requests', 'Last error', 'Next request', 'Settled by hand']}
          />
          <tbody>
            {document.participants.map(
              ({ name, url, state, vote, attempts, lastError, nextAttemptAt, forced, contradiction }) => (
                <tr key={name}>
                  <th scope="row">
                    {name}
                    <div class="quiet url">{url}</div>
                  </th>
                  <td>
                    <State of={state} />
                    {contradiction !== undefined && (
                      <div class="odd">
                        later answered {contradiction.answer}, <When at={contradiction.at} now={now} />
                      </div>
                    )}
                  </td>
                  <td>{vote ?? '–'}</td>
                  <td class="number">{attempts}</td>
                  <td>
                    {lastError === undefined ? (
                      '–'
                    ) : (
                      <>
                        {lastError.message}{' '}
                        <span class="quiet">
                          ({lastError.code}
                          {lastError.status === undefined ? '' : ` ${lastError.status}`})
                        </span>{' '}
                        <When at={lastError.at} now={now} />
                      </>
                    )}
                  </td>
                  <td>{nextAttemptAt === undefined ? '–' : <When at={nextAttemptAt} now={now} />}</td>
                  <td>
                    {forced === undefined ? (
                      '–'
                    ) : (
                      <>
                        {inWords(forced.outcome)} by {forced.by}, <When at={forced.at} now={now} />:{' '}
                        {forced.reason}
                      </>
                    )}
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function Locks({ document: { locks }, now }: Part): VNode | null {
  if (locks === undefined) return null;
  return (
    <section>
      <h2>Locks</h2>
      <Wide label="Locks">
        <table>
          <Columns names={['Resource', 'Mode', 'State', 'Token', 'Held by, ahead']} />
          <tbody>
            {locks.map(({ resource, mode, state, fencingToken, grantedAt, heldBy = [], ahead }) => (
              <tr key={resource}>
                <th scope="row">{resource}</th>
                <td>{mode}</td>
                <td>
                  {state} {grantedAt !== undefined && <When at={grantedAt} now={now} />}
                </td>
                <td class="number">{fencingToken ?? '–'}</td>
                <td>
                  {heldBy.join(', ')} {ahead === undefined ? '' : `${ahead} ahead`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

/** Who did what, and why. */
function Deeds({ document: { actions = [], recoveries = [] }, now }: Part): VNode | null {
  if (actions.length + recoveries.length === 0) return null;
  return (
    <section>
      <h2>Who did what</h2>
      <ul>
        {actions.map(({ action, by, at, reason, participant, outcome, ignored, times }) => (
          <li key={`${at} ${action} ${participant ?? ''}`}>
            <When at={at} now={now} />, {by}: <b>{action}</b> {participant}{' '}
            {outcome !== undefined && `as ${inWords(outcome)}`}
            {times !== undefined && `, ${times} times`}
            {reason !== undefined && `: ${reason}`}
            {ignored !== undefined && <span class="quiet"> (without effect: {ignored})</span>}
          </li>
        ))}
        {recoveries.map(({ at, why }) => (
          <li key={at}>
            <When at={at} now={now} />: taken up again: {why}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ document, now }: Part): VNode {
  const { status, decision, reason, createdAt, decideBy, decidedAt, endedAt, labels = {} } = document;
  const times = [
    ['Began', createdAt],
    ...(decidedAt === undefined && endedAt === undefined
      ? ([['Deadline of the decision', decideBy]] as const)
      : []),
    ['Decided', decidedAt],
    ['Ended', endedAt],
  ] as const;
  return (
    <section>
      <h2>Facts</h2>
      <dl>
        <Fact name="Status, for clients">{inWords(status)}</Fact>
        <Fact name="Decision">{decision ?? 'none yet'}</Fact>
        {reason !== undefined && <Fact name="Why it rolls back">{becauseOf(reason)}</Fact>}
        {times.map(
          ([name, at]) =>
            at !== undefined && (
              <Fact name={name} key={name}>
                <When at={at} now={now} /> <span class="quiet">{at}</span>
              </Fact>
            ),
        )}
        {Object.entries(labels).map(([name, value]) => (
          <Fact key={name} name={`Label ${name}`}>
            <a href={hrefOf(['transactions'], { [`label.${name}`]: value })}>{value}</a>
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** No token is in what is to be copied: it would end in a history of a shell. */
function Raw({
  document,
  session,
}: {
  readonly document: TransactionDocument;
  readonly session: Known;
}): VNode {
  const { temporal, authenticated } = session.facts;
  const auth = authenticated ? ` -H "authorization: Bearer $TOKEN"` : '';
  const curl = `curl -s${auth} ${apiUrl()}/transactions/${document.id}`;
  return (
    <section>
      <h2>As the API has it</h2>
      <Copyable text={curl} name="request" />
      {temporal.webUi !== undefined && (
        <p>
          <a
            href={`${temporal.webUi}/namespaces/${encodeURIComponent(temporal.namespace)}/workflows/${document.id}`}
            rel="noreferrer"
          >
            Its workflow in Temporal's Web UI
          </a>
        </p>
      )}
      <details>
        <summary>The document</summary>
        <Copyable text={JSON.stringify(document, null, 2)} name="document" />
      </details>
    </section>
  );
}
