/**
 * Owns how bad input is described: where (a JSON pointer, RFC 6901), what it was, and what is wanted. What is shown of a
 * value is short and holds no URL query and no credentials (I11); nested values are not shown, they may be payloads.
 */
import { type z } from 'zod';
import { shortened } from './shortened';
import { redactText } from './urls';

export interface InputProblem {
  /** As in RFC 9457 §3: `#/participants/0/url`. */
  readonly pointer: string;
  readonly value?: string | number | boolean | null;
  readonly message: string;
}

const longestShown = 80;

/** More say nothing new, and a small body can hold tens of thousands of mistakes. */
const mostProblems = 20;

export function limitProblems(problems: readonly InputProblem[]): InputProblem[] {
  if (problems.length <= mostProblems) return [...problems];
  const rest = problems.length - mostProblems;
  return [...problems.slice(0, mostProblems), { pointer: '#', message: `and ${rest} more problems` }];
}

/** @param pointerOf where in the body that was sent a path of the validated shape is. */
export function problemsOf(
  error: z.ZodError,
  input: unknown,
  pointerOf: (path: readonly PropertyKey[]) => string = pointer,
): InputProblem[] {
  return error.issues.flatMap(issue => describe(issue, input, pointerOf));
}

export function pointer(path: readonly PropertyKey[]): string {
  const segments = path.map(segment => String(segment).replaceAll('~', '~0').replaceAll('/', '~1'));
  return ['#', ...segments].join('/');
}

/** `value` as a member of a problem, where it may be shown. */
export function shown(value: unknown): { readonly value?: string | number | boolean | null } {
  if (typeof value === 'string') return { value: shortened(redactText(value), longestShown) };
  if (value === null || typeof value === 'boolean') return { value };
  return typeof value === 'number' && Number.isFinite(value) ? { value } : {};
}

function describe(
  issue: z.core.$ZodIssue,
  input: unknown,
  pointerOf: (path: readonly PropertyKey[]) => string,
): InputProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({ pointer: pointerOf([...issue.path, key]), message: issue.message }));
  }
  if (isOfName(issue)) {
    return [{ pointer: pointerOf(issue.path), ...shown(issue.path.at(-1)), message: issue.message }];
  }
  const value = valueAt(input, issue.path);
  const message = value === undefined ? 'is required' : issue.message;
  return [{ pointer: pointerOf(issue.path), ...shown(value), message }];
}

/** `params` of a custom issue that is about the name of the member at its path, not about what the member holds. */
export const ofName = { ofName: true } as const;

function isOfName(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' && issue.params?.['ofName'] === true;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return inside ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }, input);
}
