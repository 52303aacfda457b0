/** Owns what the API of a test has answered otherwise than `/openapi.json` says (documented.ts): the test during which it did so fails. */

const found: string[] = [];

export function noteUndocumented(what: string): void {
  found.push(what);
}

/** Since the last time. */
export function takeUndocumented(): readonly string[] {
  return found.splice(0);
}

function demandNone(): void {
  const all = [...new Set(takeUndocumented())];
  if (all.length > 0) throw new Error(`not as /openapi.json says:\n  ${all.join('\n  ')}`);
}

/** Of every test file (jest.config.mjs). */
afterEach(demandNone);
afterAll(demandNone);
