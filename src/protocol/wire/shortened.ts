/** Owns cutting a text that is shown: what is left out is said, with the length of the whole. */

/** `text`, or its first characters and how many it has. No character is cut in two. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const start = text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '');
  return `${start}... (${String(text.length)} characters)`;
}
