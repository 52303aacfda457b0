/** Owns the console's frame: who is asked for a token, which page the address names, and the way between them. */
import { type VNode, render } from 'preact';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { NotAllowed, Unauthenticated } from '../src/client/errors';
import { usePlace } from './address';
import { type Place } from './place';
import { Health } from './health';
import { useLoaded } from './live';
import { Locks } from './locks';
import { Orphans } from './orphans';
import { Refused, Title, Trouble } from './parts';
import { isWhole, noteShown, readAgain } from './readAgain';
import { Hosts } from './hosts';
import { type Known, factsOf, forgetToken, keepToken, openSession, storedToken } from './session';
import './style.css';
import { TokenForm } from './token';
import { Transaction } from './transaction';
import { Transactions } from './transactions';

const pages = [
  ['transactions', 'Transactions'],
  ['participants', 'Participants'],
  ['locks', 'Locks'],
  ['orphans', 'Orphans'],
  ['health', 'Health'],
] as const;

function Console(): VNode {
  const [token, setToken] = useState(storedToken);
  const session = useMemo(() => openSession(token), [token]);
  const [opened, setOpened] = useState(0);
  const known = useLoaded(`${opened}`, signal => factsOf(session, signal), 60_000);
  const place = usePlace();
  const enter = useCallback((given: string, isKept: boolean) => {
    keepToken(given, isKept);
    setToken(given);
    setOpened(nth => nth + 1);
  }, []);
  const leave = (): void => {
    forgetToken();
    setToken(undefined);
    setOpened(nth => nth + 1);
  };
  const { data: facts, error } = known;
  if (error instanceof Unauthenticated || error instanceof NotAllowed)
    return <TokenForm refused={token === undefined ? undefined : error} enter={enter} />;
  return (
    <>
      <a class="skip" href="#main" onClick={toMain}>
        To the content
      </a>
      <header>
        <nav aria-label="Pages">
          <ul>
            {pages.map(([path, words]) => (
              <li key={path}>
                <a
                  href={`#/${path}`}
                  aria-current={(place.path[0] ?? 'transactions') === path ? 'page' : undefined}
                >
                  {words}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        {facts !== undefined && (
          <p class="who">
            {facts.caller.name} ({facts.caller.role}){' '}
            {token !== undefined && (
              <button type="button" onClick={leave}>
                Forget the token
              </button>
            )}
          </p>
        )}
      </header>
      <main id="main" tabIndex={-1}>
        <Trouble error={error} />
        {facts !== undefined && (
          <Refused.Provider value={known.again}>
            <Page session={{ ...session, facts }} place={place} />
          </Refused.Provider>
        )}
      </main>
    </>
  );
}

/** The address is the page's, so a link within it is followed by hand. */
function toMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Page({
  session,
  place: { path, query },
}: {
  readonly session: Known;
  readonly place: Place;
}): VNode {
  const [page = 'transactions', id] = path;
  if (page === 'transactions')
    return id === undefined ? (
      <Transactions session={session} query={query} />
    ) : (
      <Transaction key={id} session={session} id={id} />
    );
  if (page === 'participants') return <Hosts session={session} />;
  if (page === 'locks') return <Locks session={session} />;
  if (page === 'orphans') return <Orphans session={session} />;
  if (page === 'health') return <Health session={session} />;
  return (
    <>
      <Title name="Nothing here">There is nothing at this address</Title>
      <p>
        <a href="#/transactions">To the transactions</a>
      </p>
    </>
  );
}

const place = document.getElementById('console');
if (place === null) throw new Error('the page has no place for the console');
if (isWhole()) {
  noteShown();
  render(<Console />, place);
} else readAgain();
