/** Owns reading a body or an answer that may be too large: no more of it is kept than is allowed. */

/** @throws `tooLarge`, as soon as it is */
export async function readBounded(
  { body }: Pick<Request | Response, 'body'>,
  maxBytes: number,
  tooLarge: Error,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
