/**
 * Owns whether the body of a `200` can be taken for what the participant said (I8): one that is packed in a way that was
 * not asked for cannot be read, one that is called JSON and is none may have been a no, and one that only the closing of
 * the connection delimits may have lost its end.
 */
import { type IncomingHttpHeaders } from 'node:http';
import { type Reply } from '../protocol/wire/answers';
import { isJson } from '../protocol/wire/json';

/** What stands in the way of believing this body, or undefined. */
export function doubtAbout(headers: IncomingHttpHeaders, body: string): Reply | undefined {
  if (body === '') return undefined;
  const coding = headers['content-encoding'];
  if (coding !== undefined && !/^identity$/i.test(coding)) {
    return {
      kind: 'malformed',
      code: 'brokenHttp',
      message: 'the answer is in a content-encoding that was not asked for',
    };
  }
  if (isJson(body)) return undefined;
  const delimited = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (!delimited && body.trimStart().startsWith('{'))
    return { kind: 'lost', code: 'cutOff', message: 'the connection ended in the middle of the answer' };
  return isCalledJson(headers['content-type']) ? notJson : undefined;
}

/** A no that only a lenient reader can read (`{"vote":"no",}`) must not pass for a yes. */
const notJson: Reply = {
  kind: 'malformed',
  code: 'notJson',
  message: 'answered 200 with a content-type of JSON, and a body that is not JSON',
};

/** `application/json`, `text/json` and all that end in `+json` (RFC 6839 §3.1); also of a header that came twice. */
function isCalledJson(contentType: string | readonly string[] | undefined): boolean {
  return [contentType ?? []].flat().some(each => /^\s*[^/\s;]+\/(?:[^/\s;]+\+)?json\s*(?:;|,|$)/i.test(each));
}
