/**
 * Owns what the fields of a request say together (PROTOCOL §3): what no field alone can show. A field that is wrong by itself is told
 * elsewhere, and hides nothing of this: all that is wrong with a request is said at once.
 */
import { type InputProblem, shown } from '../wire/inputProblems';
import { resourcePattern } from '../wire/locks';
import { namePattern } from '../wire/names';
import { isText, membersOf } from '../wire/shapes';
import { redactUrl } from '../wire/urls';
import { readPrepareUrl } from './participantUrl';

type Pointer = (path: readonly PropertyKey[]) => string;

/** @param long the long form, every participant that is text an object; nothing else of it need be right */
export function problemsBetween(long: unknown, at: Pointer): InputProblem[] {
  const { participants, locks, notify } = membersOf(long);
  return [
    ...problemsOfParticipants(listed(participants), at),
    ...problemsOfLocks(listed(locks), at),
    ...problemsOfEvents(listed(membersOf(notify)['on']), at),
  ];
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function problemsOfParticipants(participants: readonly unknown[], at: Pointer): InputProblem[] {
  const urls = firstOfEach(participants.map(urlOf));
  const names = firstOfEach(participants.map(nameOf));
  return participants.flatMap((participant, index) => {
    const path = ['participants', index];
    const url = urls.repeated(index);
    const name = names.repeated(index);
    return [
      ...problemsOfPair(participant, at(path)),
      ...(url === undefined
        ? []
        : [{ pointer: at([...path, 'url']), value: redactUrl(url.value), message: repeats(url.first) }]),
      ...(name === undefined
        ? []
        : [{ pointer: at([...path, 'name']), ...shown(name.value), message: repeats(name.first) }]),
    ];
  });
}

/** In its one spelling; undefined where it is none. */
function urlOf(participant: unknown): string | undefined {
  const { url } = membersOf(participant);
  const read = isText(url) ? readPrepareUrl(url) : undefined;
  return read !== undefined && 'href' in read ? read.href : undefined;
}

function nameOf(participant: unknown, index: number): string | undefined {
  if (typeof participant !== 'object' || participant === null) return undefined;
  const { name = defaultName(index) } = membersOf(participant);
  return isText(name) && namePattern.test(name) ? name : undefined;
}

/** Of a participant that the client has given none. */
export function defaultName(index: number): string {
  return `p${index + 1}`;
}

function repeats(index: number): string {
  return `is also that of the participant at position ${index + 1}`;
}

function problemsOfPair(participant: unknown, where: string): InputProblem[] {
  const { commitUrl, rollbackUrl } = membersOf(participant);
  if ((commitUrl === undefined) === (rollbackUrl === undefined)) return [];
  const missing = commitUrl === undefined ? 'commitUrl' : 'rollbackUrl';
  return [
    { pointer: `${where}/${missing}`, message: 'is required: commitUrl and rollbackUrl are named together' },
  ];
}

/** A transaction cannot wait for itself, and there is no upgrade: one lock a resource. */
function problemsOfLocks(locks: readonly unknown[], at: Pointer): InputProblem[] {
  const resources = firstOfEach(locks.map(resourceOf));
  return locks.flatMap((_, index) => {
    const same = resources.repeated(index);
    if (same === undefined) return [];
    const message = `is also that of the lock at position ${same.first + 1}`;
    return [{ pointer: at(['locks', index, 'resource']), ...shown(same.value), message }];
  });
}

function problemsOfEvents(events: readonly unknown[], at: Pointer): InputProblem[] {
  const named = firstOfEach(events.map(each => (isText(each) ? each : undefined)));
  return events.flatMap((_, index) => {
    const same = named.repeated(index);
    if (same === undefined) return [];
    const message = `is also the event at position ${same.first + 1}`;
    return [{ pointer: at(['notify', 'on', index]), ...shown(same.value), message }];
  });
}

function resourceOf(lock: unknown): string | undefined {
  const { resource } = membersOf(lock);
  return isText(resource) && resourcePattern.test(resource) ? resource : undefined;
}

interface Repeated {
  readonly value: string;
  readonly first: number;
}

/** @returns `repeated`: of the value at an index, where an earlier one is the same */
function firstOfEach(values: readonly (string | undefined)[]): {
  readonly repeated: (index: number) => Repeated | undefined;
} {
  const firsts = new Map<string, number>();
  values.forEach((value, index) => {
    if (value !== undefined && !firsts.has(value)) firsts.set(value, index);
  });
  return {
    repeated: index => {
      const value = values[index];
      const first = value === undefined ? undefined : firsts.get(value);
      return value === undefined || first === undefined || first === index ? undefined : { value, first };
    },
  };
}
