/** Owns the form above the list: what it says goes into the address, which is where the list reads it. */
import { type TargetedSubmitEvent, type VNode } from 'preact';
import { useState } from 'preact/hooks';
import { go } from './address';
import { transactionStates, transactionStatuses } from '../src/protocol/client/states';
import { textIn } from './fields';

type Query = Readonly<Record<string, string>>;

export function Filters({ query }: { readonly query: Query }): VNode {
  const [wrong, setWrong] = useState<string>();
  const labels = Object.entries(query).filter(([name]) => name.startsWith('label.'));
  const find = (event: SubmitEvent): void => {
    event.preventDefault();
    setWrong(search(valueOf(event, 'search'), query));
  };
  const narrow = (event: SubmitEvent): void => {
    event.preventDefault();
    const names = ['status', 'state', 'needsAttention', 'participant', 'since', 'until'];
    const given = names.map(name => [name, inQuery(name, valueOf(event, name))] as const);
    go(['transactions'], { ...Object.fromEntries(labels), ...Object.fromEntries(given) });
  };
  return (
    <search class="filters">
      <form onSubmit={find}>
        <label>
          Search by id, or label{' '}
          <input
            name="search"
            type="search"
            placeholder="id, or name=value"
            autoComplete="off"
            spellcheck={false}
          />
        </label>
        <button type="submit">Search</button>
        {wrong !== undefined && <span role="alert">{wrong}</span>}
      </form>
      <form onSubmit={narrow} key={JSON.stringify(query)}>
        <Choice name="status" words="Status" of={['', ...transactionStatuses]} value={query['status']} />
        <Choice name="state" words="State" of={['', ...transactionStates]} value={query['state']} />
        <Choice
          name="needsAttention"
          words="Needs attention"
          of={['', 'true', 'false']}
          value={query['needsAttention']}
        />
        <label>
          Host{' '}
          <input
            name="participant"
            value={query['participant']}
            placeholder="pay.example.com"
            spellcheck={false}
          />
        </label>
        <Day name="since" words="Since" value={query['since']} />
        <Day name="until" words="Until" value={query['until']} />
        <button type="submit">Filter</button>
        {Object.keys(query).length > 0 && <a href="#/transactions">Show all</a>}
      </form>
      {labels.length > 0 && (
        <p>
          {labels.map(([name, value]) => (
            <button
              key={name}
              type="button"
              onClick={() => {
                without(query, name);
              }}
            >
              {name.slice(6)}={value} <span aria-hidden="true">×</span>
              <span class="spoken"> remove this filter</span>
            </button>
          ))}
        </p>
      )}
    </search>
  );
}

function without(query: Query, name: string): void {
  go(['transactions'], Object.fromEntries(Object.entries(query).filter(([each]) => each !== name)));
}

interface ChoiceProps {
  readonly name: string;
  readonly words: string;
  readonly of: readonly string[];
  readonly value: string | undefined;
}

function Choice({ name, words, of, value = '' }: ChoiceProps): VNode {
  return (
    <label>
      {words}{' '}
      <select name={name} value={value}>
        {of.map(each => (
          <option key={each} value={each}>
            {each === '' ? 'any' : each}
          </option>
        ))}
      </select>
    </label>
  );
}

function Day({ name, words, value }: Omit<ChoiceProps, 'of'>): VNode {
  const local = value === undefined || Number.isNaN(Date.parse(value)) ? '' : localText(new Date(value));
  return (
    <label>
      {words} <input name={name} type="datetime-local" step="1" value={local} />
    </label>
  );
}

/** As the input has it: the time here, without saying where. */
function localText(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function inQuery(name: string, value: string): string {
  const isTime = name === 'since' || name === 'until';
  return isTime && value !== '' ? new Date(value).toISOString() : value.trim();
}

function valueOf(event: SubmitEvent, name: string): string {
  return textIn(new FormData((event as TargetedSubmitEvent<HTMLFormElement>).currentTarget), name);
}

/** A search box's text: an id, or a label as `name=value`. */
function search(text: string, query: Query): string | undefined {
  const wanted = text.trim();
  const [, name, value] = /^([A-Za-z0-9._-]{1,64})=(.*)$/.exec(wanted) ?? [];
  if (name !== undefined && value !== undefined) {
    go(['transactions'], { ...query, [`label.${name}`]: value });
    return undefined;
  }
  if (!/^[a-z0-9]{8,64}$/.test(wanted))
    return 'Search for an id (letters and digits), or for a label as name=value.';
  go(['transactions', wanted]);
  return undefined;
}
