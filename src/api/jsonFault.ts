/** Owns where a text stops being JSON. `JSON.parse` says so only sometimes, and then quotes the text. */

/** A bracket or mark, a string (from the space up, as a class of what may stand in it), a number, a word. */
const token =
  /[[\]{}:,]|"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

/** What may come next. `first`: a value, or the end of an array that is empty; `key` the same for objects. */
type Expecting = 'value' | 'first' | 'key' | 'member' | 'colon' | 'next';

/** `unexpected text at line 3, column 7`, or that the text ends too early. Only for text that is not JSON. */
export function jsonFault(text: string): string {
  const at = faultOffset(text);
  if (at >= text.length) return 'it ends too early';
  const lines = text.slice(0, at).split('\n');
  return `unexpected text at line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

function faultOffset(text: string): number {
  const open: string[] = [];
  let expecting: Expecting | undefined = 'value';
  let at = skipSpace(text, 0);
  for (;;) {
    token.lastIndex = at;
    const found: string | undefined = token.exec(text)?.[0];
    expecting = found === undefined ? undefined : step(found, expecting, open);
    if (found === undefined || expecting === undefined) return at;
    at = skipSpace(text, at + found.length);
  }
}

function skipSpace(text: string, from: number): number {
  const space = /[ \t\r\n]*/y;
  space.lastIndex = from;
  space.exec(text);
  return space.lastIndex;
}

/** What may follow `found`, or undefined where it may not stand. `open` holds the brackets that are not closed. */
function step(found: string, expecting: Expecting, open: string[]): Expecting | undefined {
  const inside = open.at(-1);
  if (found === ':') return expecting === 'colon' ? 'value' : undefined;
  if (found === ',')
    return expecting !== 'next' || inside === undefined ? undefined : inside === '{' ? 'member' : 'value';
  if (found === ']')
    return inside === '[' && (expecting === 'first' || expecting === 'next') ? close(open) : undefined;
  if (found === '}')
    return inside === '{' && (expecting === 'key' || expecting === 'next') ? close(open) : undefined;
  if (expecting === 'key' || expecting === 'member') return found.startsWith('"') ? 'colon' : undefined;
  if (expecting !== 'value' && expecting !== 'first') return undefined;
  if (found !== '{' && found !== '[') return 'next';
  open.push(found);
  return found === '{' ? 'key' : 'first';
}

function close(open: string[]): Expecting {
  open.pop();
  return 'next';
}
