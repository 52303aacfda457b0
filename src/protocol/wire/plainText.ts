/**
 * Owns the one filter for text from outside: what participants, operators, clients, other people's workflows and Temporal say,
 * before a person sees it. Whoever shows text (a log line, details in the Web UI, a document, a command's output) shows what
 * comes out of here, and whoever notes it down notes that.
 */

/**
 * What a terminal obeys, what turns around or hides what stands beside it, and what ends a line: control characters (C0, C1),
 * format characters but the two that scripts and emoji need to join letters, line and paragraph separators, halves of a pair.
 */
const unseen = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const unseenInLine = /(?![\n\t])(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Nearly all text, and quicker to see than what is not. */
const ordinary = /^[\x20-\x7e]*$/;
const ordinaryLines = /^[\n\t\x20-\x7e]*$/;

/** In one line, with a mark (`<U+202E>`) where it held something that is not seen. The same text again stays as it is. */
export function plain(text: string): string {
  if (ordinary.test(text)) return text;
  return text.replaceAll(/\r\n|[\t\n\r]/g, ' ').replaceAll(unseen, mark);
}

/** The same of text that is meant to have lines. */
export function plainLines(text: string): string {
  if (ordinaryLines.test(text)) return text;
  return text.replaceAll('\r\n', '\n').replaceAll(unseenInLine, mark);
}

export function isPlain(text: string): boolean {
  return plain(text) === text;
}

function mark(character: string): string {
  return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** For Markdown: no bare URL or address becomes a link, so that nobody is sent anywhere by what somebody else wrote. */
export function unlinked(text: string): string {
  return plain(text)
    .replaceAll(/:(?=\/\/)|(?<=\b(?:mailto|xmpp)):/gi, '\\:')
    .replaceAll(/\bwww\./gi, match => `${match.slice(0, -1)}\\.`);
}

/** JSON that a terminal may print: what is not seen is escaped, and reads back as it was. */
export function plainJson(json: string): string {
  return ordinaryLines.test(json) ? json : json.replaceAll(unseenInLine, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
