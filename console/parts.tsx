/** Owns the pieces that every page is made of. All text goes through Preact, which makes text of it whatever it looks like. */
import { type ComponentChildren, type VNode, createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { Unauthenticated } from '../src/client/errors';
import { type Loaded } from './live';
import { inWords, relative, said } from './words';

export function When({ at, now }: { readonly at: string; readonly now: number }): VNode {
  return (
    <time dateTime={at} title={at}>
      {relative(at, now)}
    </time>
  );
}

interface TitleProps {
  readonly children: ComponentChildren;
  /** Of the tab. */
  readonly name: string;
}

/** Whoever comes to a page is told so: the tab's title, and the focus at its heading. */
export function Title({ children, name }: TitleProps): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${name} · Coordinator`;
    heading.current?.focus();
  }, [name]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

interface TroubleProps {
  readonly error: unknown;
  /** What was read before stays on the page, and is asked for again. */
  readonly isShownStill?: boolean;
}

export function Trouble({ error, isShownStill = false }: TroubleProps): VNode | null {
  const refused = useContext(Refused);
  useEffect(() => {
    if (error instanceof Unauthenticated) refused();
  }, [error]);
  if (error === undefined) return null;
  return (
    <p class="trouble" role="alert">
      {said(error)}
      {isShownStill && ' What is below is as it was before; it is asked for again.'}
    </p>
  );
}

/** Whom to tell that the token is none any more: whatever page has met it. */
export const Refused = createContext((): void => undefined);

/** What was loaded, and above it why there is nothing newer. */
export function Shown<T>({
  loaded: { data, error },
  children,
}: {
  readonly loaded: Loaded<T>;
  readonly children: (data: T) => ComponentChildren;
}): VNode {
  return (
    <>
      <Trouble error={error} isShownStill={data !== undefined} />
      {data === undefined ? error === undefined && <p class="quiet">Loading …</p> : children(data)}
    </>
  );
}

/** Spoken, where it changes, by whoever reads the page aloud. */
export function Spoken({ text }: { readonly text: string }): VNode {
  return (
    <p class="spoken" role="status">
      {text}
    </p>
  );
}

/** A table that is wider than the page scrolls by itself, and the keyboard reaches it. */
export function Wide({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <div class="wide" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

const toneOf: Readonly<Record<string, string>> = {
  ...{ committed: 'good', yes: 'good', prepared: 'good' },
  ...{ rolledback: 'calm', refused: 'calm', unanswered: 'calm', waiting: 'calm' },
  ...{ preparing: 'busy', committing: 'busy', rollingBack: 'busy', acquiringLocks: 'busy' },
  ...{ interrupted: 'bad', forced: 'odd' },
};

export function State({ of }: { readonly of: string }): VNode {
  return <span class={`state ${toneOf[of] ?? 'calm'}`}>{inWords(of)}</span>;
}

export function Copyable({ text, name }: { readonly text: string; readonly name: string }): VNode {
  const [copied, setCopied] = useState<string>();
  const copy = (): void => {
    if (!('clipboard' in navigator)) {
      setCopied('not copied: browsers allow it over https and on this machine alone');
      return;
    }
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied('copied');
      },
      (error: unknown) => {
        setCopied(`not copied: ${said(error)}`);
      },
    );
  };
  return (
    <div class="copyable">
      <pre tabIndex={0} aria-label={name}>
        {text}
      </pre>
      <button type="button" onClick={copy}>
        Copy {name}
      </button>
      <span role="status">{copied}</span>
    </div>
  );
}

/** The head of a table. */
export function Columns({ names }: { readonly names: readonly string[] }): VNode {
  return (
    <thead>
      <tr>
        {names.map(name => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
