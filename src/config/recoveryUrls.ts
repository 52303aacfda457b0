/** Owns the list of participants' in-doubt lists, each URL by itself; who may be called is for the reader of the sweep (sweep.ts). */
import { readHttpUrl } from '../protocol/client/participantUrl';
import { lastSegment } from '../protocol/wire/urls';
import { type Parser } from './parsers';
import { Wrong, type WrongEntry, wrongEntries } from './wrong';

const mostLists = 100;

export const recoveryUrls: Parser<readonly string[]> = {
  allowed: `a comma list of at most ${mostLists} http:// or https:// URLs without credentials, whose last path segment is "prepared"`,
  parse: text => {
    const urls: string[] = [];
    const allWrong: WrongEntry[] = [];
    for (const [index, entry] of text.split(',').entries()) {
      const read = readHttpUrl(entry.trim());
      const wrong = 'wrong' in read ? read.wrong : whyNoList(read.href, urls);
      if (wrong !== undefined) allWrong.push({ nth: index + 1, entry: entry.trim(), why: wrong });
      if ('href' in read) urls.push(read.href);
    }
    if (allWrong.length > 0) return wrongEntries(allWrong);
    return urls.length <= mostLists ? urls : new Wrong(`names ${urls.length} lists`);
  },
};

function whyNoList(href: string, others: readonly string[]): string | undefined {
  if (lastSegment(new URL(href)) !== 'prepared') return 'does not end in "prepared"';
  return others.includes(href) ? 'repeats an earlier one' : undefined;
}
