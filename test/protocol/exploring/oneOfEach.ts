/**
 * Owns that things that are alike are one object, with a number: what was worked out of it once need not be worked out again, and a state
 * holds little of its own.
 */

export interface OneOfEach<Thing extends object> {
  /** The first thing that was like this one. */
  readonly one: (thing: Thing) => Thing;
  /** Whether this is the first of its like. */
  readonly isOne: (thing: Thing) => boolean;
  /** The same of two things only if they are alike, but for whose they are. */
  readonly numberOf: (thing: Thing) => number;
  /** The same of two things only if they are alike, and the same one's. */
  readonly idOf: (thing: Thing) => number;
}

interface Telling<Thing> {
  /** What counts, as plain data. */
  readonly told?: (thing: Thing) => unknown;
  /** Whose it is, or what else it is told apart by. */
  readonly whose?: (thing: Thing) => string;
}

interface Known {
  readonly number: number;
  readonly id: number;
}

export function oneOfEach<Thing extends object>({
  told = thing => thing,
  whose = () => '',
}: Telling<Thing> = {}): OneOfEach<Thing> {
  const numbers = new Map<string, number>();
  const ones = new Map<string, Thing>();
  const known = new Map<Thing, Known>();
  const one = (thing: Thing): Thing => {
    if (known.has(thing)) return thing;
    const text = JSON.stringify(told(thing));
    const whole = `${whose(thing)}/${text}`;
    const first = ones.get(whole);
    if (first !== undefined) return first;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    known.set(thing, { number, id: ones.size });
    ones.set(whole, thing);
    return thing;
  };
  const knownOf = (thing: Thing): Known => known.get(one(thing)) as Known;
  return {
    one,
    isOne: thing => known.has(thing),
    numberOf: thing => knownOf(thing).number,
    idOf: thing => knownOf(thing).id,
  };
}
