/**
 * Owns `If-Match` (RFC 9110 §13.1.1) of whoever acts on a transaction, and the tag of each document that is answered. The tags are of
 * the transaction's document (`protocol/client/etag.ts`), not of what is below it.
 */
import { type Request } from 'express';
import { type TransactionDocument } from '../../protocol/client/document';
import { etagOf } from '../../protocol/client/etag';
import { headerProblem } from '../headerProblem';
import { Problem } from '../problems';

/** With its tag, which clients send back as they had it. */
export function tagged(document: TransactionDocument): TransactionDocument & { readonly etag: string } {
  return { ...document, etag: etagOf(document) };
}

/** One element of a list of tags, which may be empty (RFC 9110 §5.6.1.2, §8.8.3), and its comma. */
const element = /[ \t]*(?:(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|$)/y;

/**
 * The strong tags that it names: a weak one never matches (RFC 9110 §13.1.1). Undefined where there is no header, or `*`: whatever there
 * is, and what is not there is `404` anyway.
 */
export function ifMatchOf(request: Pick<Request, 'get'>): readonly string[] | undefined {
  const text = request.get('if-match');
  if (text === undefined || text.trim() === '*') return undefined;
  const tags: { readonly weak: boolean; readonly tag: string }[] = [];
  for (element.lastIndex = 0; element.lastIndex < text.length;) {
    const found = element.exec(text);
    if (found === null) return refuse(text);
    const [, weak, tag] = found;
    if (tag !== undefined) tags.push({ weak: weak !== undefined, tag });
  }
  if (tags.length === 0) return refuse(text);
  return tags.filter(({ weak }) => !weak).map(({ tag }) => tag);
}

function refuse(text: string): never {
  const message = 'must be the ETag of a document, quotes and all, several with commas between, or *';
  throw new Problem('invalid-request', 'the If-Match header is not valid', {
    errors: [headerProblem('If-Match', text, message)],
  });
}
