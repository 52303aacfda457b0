/** Owns the fields of acts (the outcome as a person found it, and why) and how a field's text is read. */
import { type VNode } from 'preact';

const outcomes = [
  ['committed', 'Committed: it has done it, somebody looked'],
  ['rolledback', 'Rolled back: it has undone it, or never did it, somebody looked'],
  ['unknown', 'Unknown: nobody can say'],
] as const;

export function OutcomeFields({ whom }: { readonly whom: string }): VNode {
  return (
    <>
      <fieldset>
        <legend>How did {whom} end?</legend>
        {outcomes.map(([value, words]) => (
          <label key={value}>
            <input type="radio" name="outcome" value={value} required /> {words}
          </label>
        ))}
      </fieldset>
      <Reason isRequired />
    </>
  );
}

export function Reason({ isRequired = false }: { readonly isRequired?: boolean }): VNode {
  return (
    <label>
      Why{isRequired ? '' : ' (if you like)'}{' '}
      <input name="reason" maxLength={1_000} required={isRequired} autoComplete="off" />
    </label>
  );
}

/** Without the blanks around it; empty where there is no such field. */
export function textIn(given: FormData, name: string): string {
  const value = given.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
