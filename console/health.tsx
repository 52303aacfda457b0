/** Owns the page of health: Temporal, workers, version, and the settings that matter when something is slow or stuck. */
import { type VNode } from 'preact';
import { useLoaded } from './live';
import { Columns, Shown, Title, Wide } from './parts';
import { type Known, factsOf } from './session';
import { said } from './words';

interface Standing {
  readonly isReady: boolean;
  readonly why: string;
}

/** It refuses with a reason, which is what is looked for. */
async function standing({ http }: Known, signal: AbortSignal): Promise<Standing> {
  try {
    await http.answer({ method: 'GET', path: '/readyz' }, signal);
    return { isReady: true, why: 'Temporal answers' };
  } catch (error) {
    if (signal.aborted) throw error;
    return { isReady: false, why: said(error) };
  }
}

export function Health({ session }: { readonly session: Known }): VNode {
  const ready = useLoaded('ready', signal => standing(session, signal), 5_000);
  const facts = useLoaded('facts', signal => factsOf(session, signal), 10_000);
  return (
    <>
      <Title name="Health">Health</Title>
      <Shown loaded={ready}>
        {({ isReady, why }) => (
          <p class={`story ${isReady ? 'good' : 'bad'}`} role="status">
            <b>{isReady ? 'Ready' : 'Not ready'}</b>: {why}
          </p>
        )}
      </Shown>
      <Shown loaded={facts}>
        {({ version, temporal, workers, settings, authenticated }) => (
          <>
            <h2>Workers</h2>
            {workers === undefined && <p>Temporal does not say who works.</p>}
            {workers?.length === 0 && (
              <p class="trouble">
                Nobody polls the task queue {temporal.taskQueue}: transactions are accepted, and none moves.
              </p>
            )}
            <ul>
              {workers?.map(worker => (
                <li key={worker}>{worker}</li>
              ))}
            </ul>
            <h2>This server</h2>
            <Wide label="This server">
              <table>
                <Columns names={['What', 'Value']} />
                <tbody>
                  <Row name="Version" value={version} />
                  <Row name="Callers need a token" value={authenticated ? 'yes' : 'no'} />
                  <Row name="Temporal's namespace" value={temporal.namespace} />
                  <Row name="Task queue" value={temporal.taskQueue} />
                  {Object.entries(settings).map(([name, value]) => (
                    <Row key={name} name={name} value={value} />
                  ))}
                </tbody>
              </table>
            </Wide>
          </>
        )}
      </Shown>
    </>
  );
}

function Row({ name, value }: { readonly name: string; readonly value: string | number }): VNode {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{value}</td>
    </tr>
  );
}
