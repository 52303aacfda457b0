/** Owns the page of locks: who has and awaits each, for how long, and a release that says what it risks. */
import { type VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type ListedLock, type LockView, type Page } from '../src/client/contract';
import { hrefOf } from './place';
import { Steps } from './dialog';
import { useLoaded, useNow } from './live';
import { Columns, Shown, Title, Trouble, When, Wide } from './parts';
import { type Known } from './session';
import { duration, howMany } from './words';

type Holder = LockView['holders'][number];
type Waiter = LockView['waiters'][number];

interface Chosen {
  readonly resource: string;
  readonly holder: string;
}

export function Locks({ session }: { readonly session: Known }): VNode {
  const [more, setMore] = useState<readonly Page<ListedLock>[]>([]);
  const [failure, setFailure] = useState<unknown>();
  const read = (signal: AbortSignal): Promise<Page<ListedLock>> =>
    session.client.locks.list({ limit: 100, signal }).page();
  const loaded = useLoaded('locks', read, more.length === 0 ? 5_000 : 0);
  const now = useNow();
  const [chosen, setChosen] = useState<Chosen>();
  const next = (more.at(-1) ?? loaded.data)?.next;
  const readMore = (): void => {
    session.client.locks
      .list({ limit: 100 })
      .page(next)
      .then(
        page => {
          setMore([...more, page]);
        },
        (error: unknown) => {
          setFailure(error);
        },
      );
  };
  return (
    <>
      <Title name="Locks">Locks</Title>
      <Shown loaded={loaded}>
        {page => (
          <List locks={[page, ...more].flatMap(({ entries }) => entries)} now={now} choose={setChosen} />
        )}
      </Shown>
      <Trouble error={failure} />
      {next !== undefined && (
        <p class="under">
          <button type="button" onClick={readMore}>
            Show 100 more
          </button>
        </p>
      )}
      {chosen !== undefined && (
        <Release
          session={session}
          chosen={chosen}
          close={() => {
            setChosen(undefined);
            setMore([]);
            loaded.again();
          }}
        />
      )}
    </>
  );
}

interface ListProps {
  readonly locks: readonly ListedLock[];
  readonly now: number;
  readonly choose: (chosen: Chosen) => void;
}

function List({ locks, now, choose }: ListProps): VNode {
  if (locks.length === 0) return <p class="quiet">No lock is held or awaited.</p>;
  return (
    <Wide label="Locks">
      <table>
        <caption>{howMany(locks.length, 'lock')}</caption>
        <Columns names={['Resource', 'Held by', 'Awaited by']} />
        <tbody>
          {locks.map(({ resource, holders, waiters = [] }) => (
            <tr key={resource}>
              <th scope="row">{resource}</th>
              <td>
                {holders === undefined
                  ? 'no worker answered for it'
                  : holders.map(holder => (
                      <Held
                        key={holder.holder}
                        holder={holder}
                        now={now}
                        release={() => {
                          choose({ resource, holder: holder.holder });
                        }}
                      />
                    ))}
              </td>
              <td>
                {waiters.map(waiter => (
                  <div key={waiter.holder}>
                    {waiter.position}. <Claim claim={waiter} />, gives up <When at={waiter.until} now={now} />
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Held({
  holder,
  now,
  release,
}: {
  readonly holder: Holder;
  readonly now: number;
  readonly release: () => void;
}): VNode {
  return (
    <div>
      <Claim claim={holder} />, token {holder.fencingToken}
      {holder.expiresAt !== undefined && (
        <>
          , expires <When at={holder.expiresAt} now={now} />
        </>
      )}
      {holder.transaction !== undefined && holder.transaction !== 'running' && (
        <span class="state bad">{holder.transaction}</span>
      )}{' '}
      {holder.transaction !== 'running' && (
        <button type="button" onClick={release}>
          Release from {holder.holder} …
        </button>
      )}
    </div>
  );
}

function Claim({ claim: { holder, kind, mode, forMs } }: { readonly claim: Holder | Waiter }): VNode {
  return (
    <>
      {kind === 'transaction' ? (
        <a class="id" href={hrefOf(['transactions', holder])}>
          {holder}
        </a>
      ) : (
        <b>{holder}</b>
      )}{' '}
      <span class="quiet">
        ({kind}, {mode})
      </span>{' '}
      for {duration(forMs)}
    </>
  );
}

interface ReleaseProps {
  readonly session: Known;
  readonly chosen: Chosen;
  readonly close: () => void;
}

function Release({ session: { client }, chosen: { resource, holder }, close }: ReleaseProps): VNode {
  return (
    <Steps
      title={`Release ${resource} from ${holder}`}
      close={close}
      read={() => ({ resource, holder })}
      foresee={() => client.locks.read(resource)}
      show={({ holders, waiters }) => (
        <Risk holder={holders.find(each => each.holder === holder)} waiters={waiters} />
      )}
      verb={(_, { holders }) =>
        holders.some(each => each.holder === holder) ? `Release ${resource}` : undefined
      }
      act={async (_, { holders }) => {
        const fencingToken = holders.find(each => each.holder === holder)?.fencingToken;
        await client.locks.release(resource, holder, { fencingToken });
        return <p>{resource} is released.</p>;
      }}
    />
  );
}

function Risk({
  holder,
  waiters,
}: {
  readonly holder: Holder | undefined;
  readonly waiters: readonly Waiter[];
}): VNode {
  const [first] = waiters;
  if (holder === undefined) return <p>It does not hold the lock any more.</p>;
  const isLease = holder.kind === 'lease';
  return (
    <>
      <p>
        <b>{holder.holder}</b> has had it for {duration(holder.forMs)}, with token {holder.fencingToken}.
      </p>
      <ul>
        <li>
          {first === undefined
            ? 'Nobody waits for it: it is free then.'
            : `${first.holder} is the next of ${waiters.length} that wait, and gets it at once.`}
        </li>
        <li>
          {isLease
            ? 'Its holder is not told, and goes on as if it had the lock until its next renewal. Only a resource that compares fencing tokens refuses it.'
            : 'The transaction does not run. If it is taken up again, it goes on without this lock, beside whoever has it by then.'}
        </li>
        {holder.expiresAt !== undefined && (
          <li>It expires by itself at {holder.expiresAt}, unless it is renewed.</li>
        )}
      </ul>
    </>
  );
}
