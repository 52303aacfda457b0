/**
 * Owns the two steps of every act: what is to be done, then what will happen, named, before it does. The browser's own dialog keeps the focus
 * inside, gives it back, and is left by Escape.
 */
import { type ComponentChildren, type VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Trouble } from './parts';

interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ title, close, children }: DialogProps): VNode {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    box.current?.showModal();
    return headingIfLost;
  }, []);
  return (
    <dialog ref={box} aria-label={title} onClose={close}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

/** What it came from may be gone with what was done. */
function headingIfLost(): void {
  window.setTimeout(() => {
    if (document.activeElement === document.body) document.querySelector('h1')?.focus();
  });
}

interface TwoSteps<Asked, Expected> {
  readonly title: string;
  readonly close: () => void;
  /** The first step's fields, if there are any. */
  readonly fields?: ComponentChildren;
  /** What the fields say. */
  readonly read: (given: FormData) => Asked;
  /** Asks the server, which changes nothing. */
  readonly foresee: (asked: Asked) => Promise<Expected>;
  readonly show: (expected: Expected, asked: Asked) => ComponentChildren;
  /** Undefined where there is nothing to do. */
  readonly verb: (asked: Asked, expected: Expected) => string | undefined;
  readonly act: (asked: Asked, expected: Expected) => Promise<ComponentChildren>;
}

interface Step<Asked, Expected> {
  readonly asked: Asked;
  readonly expected: Expected;
}

export function Steps<Asked, Expected>(of: TwoSteps<Asked, Expected>): VNode {
  const { title, close, fields, read, foresee, show, verb, act } = of;
  const [step, setStep] = useState<Step<Asked, Expected>>();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<ComponentChildren>();
  const [error, setError] = useState<unknown>();
  const run = (work: () => Promise<void>): void => {
    setBusy(true);
    setError(undefined);
    work()
      .catch((reason: unknown) => {
        setError(reason);
      })
      .finally(() => {
        setBusy(false);
      });
  };
  const look = (asked: Asked): void => {
    run(async () => {
      const expected = await foresee(asked);
      setStep({ asked, expected });
    });
  };
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (fields === undefined && form.current !== null) look(read(new FormData(form.current)));
  }, []);
  const words = step === undefined ? undefined : verb(step.asked, step.expected);
  const begin = (): void => {
    if (form.current !== null) look(read(new FormData(form.current)));
  };
  return (
    <Dialog title={title} close={close}>
      {done === undefined && (
        <form
          ref={form}
          hidden={step !== undefined}
          onSubmit={event => {
            event.preventDefault();
            begin();
          }}
        >
          {fields}
          <p class="buttons">
            {fields !== undefined && (
              <button type="submit" disabled={busy}>
                See what will happen
              </button>
            )}
            {fields === undefined && busy && <span class="quiet">Asking what will happen …</span>}
            {step === undefined && <Leave words="Cancel" />}
          </p>
        </form>
      )}
      {done === undefined && step !== undefined && (
        <Arriving key="follows">
          {show(step.expected, step.asked)}
          <p class="buttons">
            {words !== undefined && (
              <Confirm
                words={words}
                busy={busy}
                confirm={() => {
                  run(async () => {
                    setDone(await act(step.asked, step.expected));
                  });
                }}
              />
            )}
            {fields !== undefined && (
              <button
                type="button"
                disabled={busy}
                onClick={() => {
                  setStep(undefined);
                  setError(undefined);
                }}
              >
                Back
              </button>
            )}
            <Leave words={words === undefined ? 'Close' : 'Cancel'} />
          </p>
        </Arriving>
      )}
      {done !== undefined && (
        <Arriving key="done">
          {done}
          <p class="buttons">
            <Leave words="Close" />
          </p>
        </Arriving>
      )}
      <Trouble error={error} />
    </Dialog>
  );
}

interface ConfirmProps {
  readonly words: string;
  readonly busy: boolean;
  readonly confirm: () => void;
}

function Confirm({ words, busy, confirm }: ConfirmProps): VNode {
  return (
    <button type="button" class="act" disabled={busy} onClick={confirm}>
      {words}
    </button>
  );
}

/** The dialog closes itself: so the browser gives the focus back to where it came from. */
function Leave({ words }: { readonly words: string }): VNode {
  return (
    <button
      type="button"
      onClick={event => {
        event.currentTarget.closest('dialog')?.close();
      }}
    >
      {words}
    </button>
  );
}

/** Takes the focus when it comes, so that it is read aloud, and Enter pressed twice confirms nothing. */
function Arriving({ children }: { readonly children: ComponentChildren }): VNode {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.focus();
  }, []);
  return (
    <div ref={place} tabIndex={-1} class="follows">
      {children}
    </div>
  );
}
