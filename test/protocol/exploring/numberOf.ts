/** Owns short names for long texts. */

/** Texts that many worlds share, numbered: keys stay short. */
const numbers = new Map<string, string>();

export function numberOf(text: string): string {
  const known = numbers.get(text);
  if (known !== undefined) return known;
  const number = numbers.size.toString(36);
  numbers.set(text, number);
  return number;
}
