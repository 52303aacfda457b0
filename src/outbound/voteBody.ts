/**
 * Owns whether the body of a `200` can be taken for what the participant said (I8): one that is packed in a way that was
 * not asked for cannot be read, and one that only the closing of the connection delimits may have lost its end.
 */
import { type IncomingHttpHeaders } from 'node:http';
import { type Reply } from '../protocol/wire/answers';

/** What stands in the way of believing this body, or undefined. */
export function doubtAbout(headers: IncomingHttpHeaders, body: string): Reply | undefined {
  const coding = headers['content-encoding'];
  if (body !== '' && coding !== undefined && !/^identity$/i.test(coding)) {
    return {
      kind: 'malformed',
      code: 'brokenHttp',
      message: 'the answer is in a content-encoding that was not asked for',
    };
  }
  const delimited = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (delimited || !body.trimStart().startsWith('{') || isJson(body)) return undefined;
  return { kind: 'lost', code: 'cutOff', message: 'the connection ended in the middle of the answer' };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
