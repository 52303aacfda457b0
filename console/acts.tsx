/**
 * Owns what can be done to one transaction as it is: abort, retry, settle a participant. Each has two steps, and acts on the state that was seen:
 * where that has changed meanwhile nothing is done, and the page shows what is there now.
 */
import { type VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type Resolution } from '../src/client/contract';
import { type TransactionDocument } from '../src/protocol/client/document';
import { type ForeseenDocument } from '../src/protocol/client/foreseen';
import { type Deed, act, foresee } from './acting';
import { Steps } from './dialog';
import { OutcomeFields, Reason, textIn } from './fields';
import { type Known, isOperator } from './session';
import { outstanding } from './story';
import { inWords, listed } from './words';

interface ActsProps {
  readonly session: Known;
  readonly document: TransactionDocument;
  readonly told: (document: TransactionDocument) => void;
}

type Chosen =
  { readonly verb: 'abort' | 'retry' } | { readonly verb: 'resolve'; readonly participant: string };

export function Acts(props: ActsProps): VNode | null {
  const { session, document } = props;
  /** With the document as it was then: what is confirmed is what was seen. */
  const [open, setOpen] = useState<{ readonly chosen: Chosen; readonly seen: TransactionDocument }>();
  const choose = (chosen: Chosen): void => {
    setOpen({ chosen, seen: document });
  };
  const mayAbort = document.state === 'acquiringLocks' || document.state === 'preparing';
  const waiting = isOperator(session) ? outstanding(document) : [];
  const close = (): void => {
    setOpen(undefined);
  };
  return (
    <section class="acts" aria-label="What can be done">
      {mayAbort && (
        <button
          type="button"
          onClick={() => {
            choose({ verb: 'abort' });
          }}
        >
          Abort …
        </button>
      )}
      {waiting.length > 0 && (
        <button
          type="button"
          onClick={() => {
            choose({ verb: 'retry' });
          }}
        >
          Retry now …
        </button>
      )}
      {waiting.map(({ name }) => (
        <button
          key={name}
          type="button"
          onClick={() => {
            choose({ verb: 'resolve', participant: name });
          }}
        >
          Settle {name} …
        </button>
      ))}
      {open !== undefined && <Act {...props} document={open.seen} chosen={open.chosen} close={close} />}
    </section>
  );
}

interface ActProps extends ActsProps {
  readonly chosen: Chosen;
  readonly close: () => void;
}

const titles = { abort: 'Abort this transaction', retry: 'Retry now' } as const;

function Act({ session, document, told, chosen, close }: ActProps): VNode {
  return (
    <Steps<Deed, ForeseenDocument>
      title={chosen.verb === 'resolve' ? `Settle ${chosen.participant}` : titles[chosen.verb]}
      close={close}
      {...(chosen.verb === 'retry' ? {} : { fields: fieldsOf(chosen) })}
      read={given => deedOf(chosen, given)}
      foresee={deed => foresee(session, document, deed)}
      show={(foreseen, deed) => <Foreseen deed={deed} document={document} foreseen={foreseen} />}
      verb={deed => wordsOf(deed)}
      act={async (deed, { follows: { ends } }) => {
        told(await act(session, document, deed));
        return <p>{doneOf(deed, ends)}</p>;
      }}
    />
  );
}

function fieldsOf(chosen: Chosen): VNode {
  return chosen.verb === 'resolve' ? <OutcomeFields whom={chosen.participant} /> : <Reason />;
}

function deedOf(chosen: Chosen, given: FormData): Deed {
  const reason = textIn(given, 'reason');
  if (chosen.verb !== 'resolve')
    return chosen.verb === 'retry' || reason === '' ? { verb: chosen.verb } : { verb: 'abort', reason };
  return {
    verb: 'resolve',
    participant: chosen.participant,
    outcome: textIn(given, 'outcome') as Resolution,
    reason,
  };
}

function wordsOf(deed: Deed): string {
  if (deed.verb === 'abort') return 'Abort it';
  if (deed.verb === 'retry') return 'Retry now';
  return `Settle ${deed.participant} as ${inWords(deed.outcome)}`;
}

/** The transaction itself is behind the dialog, and goes on while this is read. */
function doneOf(deed: Deed, ends: boolean): string {
  if (deed.verb === 'abort') return 'Done: it is aborted, and rolls back.';
  if (deed.verb === 'retry') return 'Done: who is outstanding is being asked.';
  const then = ends ? 'the transaction ends with that' : 'the transaction goes on with the others';
  return `Done: ${deed.participant} counts as ${inWords(deed.outcome)}; ${then}.`;
}

interface ForeseenProps {
  readonly deed: Deed;
  readonly document: TransactionDocument;
  readonly foreseen: ForeseenDocument;
}

const heuristics = {
  mixed: 'somebody is known to have ended otherwise',
  hazard: 'somebody may have ended otherwise',
} as const;

const endsWhen = {
  abort: 'no, but once who was asked has rolled back',
  retry: 'no, but once it is acknowledged',
  resolve: 'no, others are still waited for',
} as const;

function Foreseen({ deed, document, foreseen: { follows } }: ForeseenProps): VNode {
  const { decision, heuristic, inconsistent, locksFree, ends } = follows;
  return (
    <>
      <p>{whatOf(deed, document)}</p>
      <dl>
        <dt>Decision</dt>
        <dd>
          {decision ?? 'none yet'}
          {decision === document.decision ? ', as it is' : ''}
        </dd>
        <dt>Outcome against the decision</dt>
        <dd>
          {heuristic === undefined ? 'none: it ends as decided' : `${heuristic}: ${heuristics[heuristic]}`}
        </dd>
        <dt>Left inconsistent</dt>
        <dd>{inconsistent.length === 0 ? 'nobody' : listed(inconsistent)}</dd>
        <dt>Locks that come free</dt>
        <dd>{locksFree.length === 0 ? 'none' : listed(locksFree)}</dd>
        <dt>Ends with it</dt>
        <dd>{ends ? 'yes' : endsWhen[deed.verb]}</dd>
      </dl>
    </>
  );
}

function whatOf(deed: Deed, document: TransactionDocument): string {
  if (deed.verb === 'abort') return 'Everybody who may have been asked is rolled back.';
  if (deed.verb === 'resolve')
    return `${deed.participant} counts as ${inWords(deed.outcome)}, whatever it has done, and is asked no more.`;
  const names = listed(outstanding(document).map(({ name }) => name));
  return `${names} will be asked now, and not at the next interval; requests are counted anew.`;
}
