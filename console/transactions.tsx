/**
 * Owns the list of transactions: its filters, which stand in the address, how many there are, and what needs attention before all else. It reads
 * again by itself while no more than one page is shown; the rows that a person asked for beyond that stay as they were read.
 */
import { type VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type Filter, type Page } from '../src/client/contract';
import { type ListedTransaction } from '../src/protocol/client/listed';
import { hrefOf } from './place';
import { Filters } from './filters';
import { useLoaded, useNow } from './live';
import { Columns, Shown, Spoken, State, Title, Trouble, When, Wide } from './parts';
import { type Known } from './session';
import { becauseOf } from './story';
import { howMany } from './words';

const pageSize = 100;
const everyMs = 5_000;
/** After the first; a browser is to draw them all, and none is to be missing in between. */
const mostPages = 50;

type Query = Readonly<Record<string, string>>;

interface Listing {
  readonly urgent: readonly ListedTransaction[];
  readonly page: Page<ListedTransaction>;
}

export function Transactions({ session, query }: { readonly session: Known; readonly query: Query }): VNode {
  const filter = filterOf(query);
  const key = JSON.stringify(query);
  const [more, setMore] = useState<{
    readonly key: string;
    readonly pages: readonly Page<ListedTransaction>[];
  }>({ key, pages: [] });
  const pages = more.key === key ? more.pages : [];
  const now = useNow(pages.length === 0 ? 1_000 : 30_000);
  const [failure, setFailure] = useState<unknown>();
  const loaded = useLoaded(key, signal => listing(session, filter, signal), pages.length === 0 ? everyMs : 0);
  const counts = useLoaded(`counts ${key}`, signal => countsOf(session, filter, signal), 2 * everyMs);
  const next = (pages.at(-1) ?? loaded.data?.page)?.next;
  const readMore = (): void => {
    session.client
      .list(filter, { limit: pageSize })
      .page(next)
      .then(
        page => {
          setMore({ key, pages: [...pages, page] });
          setFailure(undefined);
        },
        (error: unknown) => {
          setFailure(error);
        },
      );
  };
  const again = (): void => {
    setMore({ key, pages: [] });
    loaded.again();
    counts.again();
  };
  return (
    <>
      <Title name="Transactions">Transactions</Title>
      <Counts counts={counts.data} query={query} />
      <Filters query={query} />
      <Shown loaded={loaded}>
        {({ urgent, page }) => (
          <>
            <List rows={rowsOf(urgent, [page, ...pages])} now={now} />
            {page.hint !== undefined && <p class="hint">{page.hint}</p>}
            <p class="under">
              {next !== undefined && pages.length >= mostPages && 'There are more: narrow the filter. '}
              {next !== undefined && pages.length < mostPages && (
                <button type="button" onClick={readMore}>
                  Show {pageSize} more
                </button>
              )}{' '}
              {pages.length > 0 && (
                <button type="button" onClick={again}>
                  Read again (it does not by itself while more than one page is shown)
                </button>
              )}
            </p>
          </>
        )}
      </Shown>
      <Trouble error={failure} />
    </>
  );
}

/** What needs attention comes first, each once. */
function rowsOf(
  urgent: readonly ListedTransaction[],
  pages: readonly Page<ListedTransaction>[],
): ListedTransaction[] {
  const first = new Set(urgent.map(({ id }) => id));
  const others = pages.flatMap(({ entries }) => entries).filter(({ id }) => !first.has(id));
  return [...new Map([...urgent, ...others].map(each => [each.id, each])).values()];
}

async function listing({ client }: Known, filter: Filter, signal: AbortSignal): Promise<Listing> {
  const page = client.list(filter, { limit: pageSize, signal }).page();
  if (filter.needsAttention !== undefined) return { urgent: [], page: await page };
  const urgent = client.list({ ...filter, needsAttention: true }, { limit: pageSize, signal }).page();
  const [first, rest] = await Promise.all([urgent, page]);
  return { urgent: first.entries, page: rest };
}

interface Counted {
  readonly all: string;
  readonly pending: string;
  readonly needsAttention: string;
}

async function countsOf({ client }: Known, filter: Filter, signal: AbortSignal): Promise<Counted> {
  const { needsAttention: _, status: __, ...rest } = filter;
  const count = async (more: Filter): Promise<string> => {
    const { count: found, atMost } = await client.count({ ...rest, ...more }, { signal });
    return `${atMost === true ? 'at most ' : ''}${found.toLocaleString('en')}`;
  };
  const all = [count({}), count({ status: 'pending' }), count({ needsAttention: true })] as const;
  const [every, pending, needsAttention] = await Promise.all(all);
  return { all: every, pending, needsAttention };
}

function Counts({ counts, query }: { readonly counts: Counted | undefined; readonly query: Query }): VNode {
  const { needsAttention: _, status: __, ...rest } = query;
  const parts = [
    ['needsAttention', 'need attention', { ...rest, needsAttention: 'true' }],
    ['pending', 'pending', { ...rest, status: 'pending' }],
    ['all', 'in all', rest],
  ] as const;
  return (
    <>
      <ul class="counts">
        {parts.map(([name, words, wanted]) => (
          <li
            key={name}
            class={
              name === 'needsAttention' && counts !== undefined && counts.needsAttention !== '0' ? 'bad' : ''
            }
          >
            <a href={hrefOf(['transactions'], wanted)}>
              <b>{counts?.[name] ?? '…'}</b> {words}
            </a>
          </li>
        ))}
      </ul>
      <Spoken
        text={
          counts === undefined ? '' : `${counts.needsAttention} need attention, ${counts.pending} pending`
        }
      />
    </>
  );
}

function List({ rows, now }: { readonly rows: readonly ListedTransaction[]; readonly now: number }): VNode {
  if (rows.length === 0) return <p class="quiet">No transaction is like that.</p>;
  return (
    <Wide label="Transactions">
      <table class="rows">
        <caption>
          {howMany(rows.length, 'transaction')}, what needs attention first, then what runs, the newest first
        </caption>
        <Columns names={['Transaction', 'State', 'Participants', 'Labels', 'Began']} />
        <tbody>
          {rows.map(row => (
            <Row key={row.id} row={row} now={now} />
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Row({ row, now }: { readonly row: ListedTransaction; readonly now: number }): VNode {
  const { id, state, needsAttention, heuristic, participants, labels = {}, createdAt, reason } = row;
  return (
    <tr class={needsAttention ? 'urgent' : ''}>
      <th scope="row">
        <a class="id" href={hrefOf(['transactions', id])}>
          {id}
        </a>
      </th>
      <td>
        <State of={state} /> {needsAttention && <span class="state bad">needs attention</span>}{' '}
        {heuristic !== undefined && <span class="state odd">{heuristic}</span>}
        {reason !== undefined && <div class="quiet">{becauseOf(reason)}</div>}
      </td>
      <td>
        {participants.map(({ name, host, state: how }) => (
          <div key={name} class="participant">
            {name} <span class="quiet">{host}</span>{' '}
            {how !== undefined && (how !== state || needsAttention) && <State of={how} />}
          </div>
        ))}
      </td>
      <td>
        {Object.entries(labels).map(([name, value]) => (
          <div key={name}>
            <a href={hrefOf(['transactions'], { [`label.${name}`]: value })}>
              {name}={value}
            </a>
          </div>
        ))}
      </td>
      <td>
        <When at={createdAt} now={now} />
      </td>
    </tr>
  );
}

/** As it stands in the address, so the API says what is wrong with it. */
function filterOf(query: Query): Filter {
  const { needsAttention, ...rest } = query;
  const labels = Object.entries(rest).filter(([name]) => name.startsWith('label.'));
  const others = Object.entries(rest).filter(([name]) => !name.startsWith('label.'));
  return {
    ...Object.fromEntries(others),
    ...(needsAttention === undefined ? {} : { needsAttention: needsAttention === 'true' }),
    ...(labels.length === 0
      ? {}
      : { labels: Object.fromEntries(labels.map(([name, value]) => [name.slice(6), value])) }),
  };
}
