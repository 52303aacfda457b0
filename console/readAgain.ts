/**
 * Owns what becomes of a page whose parts are of different builds: while versions change, one process hands out the page and another, which has not
 * its program or its style, is asked for these. It is read again until all is of one build. The address stays, and so does a token that was kept.
 */

const everyMs = 1_000;
/** Without its style it can be used, so that is not waited for without end. */
const mostForStyle = 20;

interface Readings {
  readonly readings: number;
}

export function readAgain(): void {
  const place = document.getElementById('console');
  if (place !== null)
    place.textContent = 'The coordinator is changing to another version: this page is read again …';
  window.setTimeout(() => {
    window.history.replaceState({ readings: readings() + 1 } satisfies Readings, '');
    window.location.reload();
  }, everyMs);
}

/** Or whole enough: it has waited long for its style. */
export function isWhole(): boolean {
  return isStyled() || readings() >= mostForStyle;
}

/** Once it is shown: the next change of versions counts from nothing. Of a page without its style the count stays, so that a reload by hand shows it at once. */
export function noteShown(): void {
  if (isStyled() && readings() > 0) window.history.replaceState(null, '');
}

/** By a colour that the style names: of a sheet that was refused the rules may not be asked for. */
function isStyled(): boolean {
  return window.getComputedStyle(document.documentElement).getPropertyValue('--back') !== '';
}

/** Of this page, in a row; the history of the tab has it over a reload. */
function readings(): number {
  const state = window.history.state as Partial<Readings> | null;
  return state?.readings ?? 0;
}
