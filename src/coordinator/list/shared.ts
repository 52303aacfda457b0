/**
 * Owns that one look answers all who ask the same: pages that are left open (docs/CONSOLE.md) ask for the first page and the counts again and again,
 * and ten of them would crowd out whoever else lists. A look that is under way, or was made a moment ago, is the answer; of a caller's own
 * transactions nobody else is told. Whoever pages on gets his own look.
 *
 * It is kept for ten times as long as it took, so that one question takes a tenth of the time at most, however many ask it.
 */
import { canonicalJson } from '../../protocol/wire/canonicalJson';
import { type Ms } from '../../protocol/wire/phases';
import { type Lists, type PageWanted, type Which } from './contract';

const goodForMs: Ms = 1_500;
const share = 10;
const longestMs: Ms = 10_000;
/** Answers that are kept at once: a page may have a hundred kilobytes. The oldest goes. */
const mostKept = 50;

export function sharedLists(lists: Lists): Lists {
  const pages = shared<ReturnType<Lists['list']>>();
  const counts = shared<ReturnType<Lists['count']>>();
  return {
    list: wanted =>
      wanted.cursor === undefined ? pages(keyOf(wanted), () => lists.list(wanted)) : lists.list(wanted),
    count: which => counts(keyOf(which), () => lists.count(which)),
  };
}

function keyOf({ filters, of, limit }: Which & Partial<Pick<PageWanted, 'limit'>>): string {
  return canonicalJson([of ?? null, filters, limit ?? null]);
}

function shared<Answer extends Promise<unknown>>(): (key: string, look: () => Answer) => Answer {
  const underWay = new Map<string, Answer>();
  const kept = new Map<string, Answer>(); // the oldest first
  const keep = (key: string, answer: Answer, ms: Ms): void => {
    kept.set(key, answer);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    const forget = (): void => {
      if (kept.get(key) === answer) kept.delete(key);
    };
    setTimeout(forget, ms).unref();
  };
  return (key, look) => {
    const known = underWay.get(key) ?? kept.get(key);
    if (known !== undefined) return known;
    const began = Date.now();
    const answer = look();
    underWay.set(key, answer);
    answer.then(
      () => {
        underWay.delete(key);
        keep(key, answer, Math.min(Math.max(goodForMs, share * (Date.now() - began)), longestMs));
      },
      () => underWay.delete(key), // the next one who asks tries again
    );
    return answer;
  };
}
