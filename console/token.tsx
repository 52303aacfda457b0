/** Owns the one place where a token is pasted. */
import { type TargetedSubmitEvent, type VNode } from 'preact';
import { useState } from 'preact/hooks';
import { isToken } from '../src/client/http';
import { textIn } from './fields';
import { Title, Trouble } from './parts';

interface Props {
  /** Why the last one was not taken. */
  readonly refused: unknown;
  readonly enter: (token: string, isKept: boolean) => void;
}

export function TokenForm({ refused, enter }: Props): VNode {
  const [wrong, setWrong] = useState<Error>();
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const token = textIn(given, 'token');
    if (isToken(token)) enter(token, given.get('kept') !== null);
    else setWrong(new Error('A token is printable ASCII without blanks.'));
  };
  return (
    <main class="token">
      <Title name="Token">Coordinator</Title>
      <p>
        Callers of this coordinator need a token. Paste one of role operator, or of role client to see your
        own transactions.
      </p>
      <form onSubmit={submit}>
        <label>
          Token <input name="token" type="password" autoComplete="off" required />
        </label>
        <label>
          <input name="kept" type="checkbox" /> Keep it while this tab is open (session storage); else it is
          forgotten with the page
        </label>
        <button type="submit">Enter</button>
      </form>
      <Trouble error={wrong ?? refused} />
    </main>
  );
}
