// What a shell cannot do everywhere.
// usage: archive.mjs sha256 FILE | unzip ARCHIVE MEMBER TO | download URL TO
// Can fail: each ends with one line on standard error and exit code 1.
/* global AbortController, AbortSignal, clearTimeout, fetch */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { inflateRawSync } from 'node:zlib';

const CONNECT_TIMEOUT_MS = 4_000;
const DOWNLOAD_TIMEOUT_MS = 600_000;

const commands = { sha256, unzip, download };

try {
  const [command, ...args] = process.argv.slice(2);
  await commands[command](...args);
} catch (error) {
  console.error(error.cause?.message ?? error.message);
  process.exitCode = 1;
}

async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  console.log(hash.digest('hex'));
}

// A zip file ends with a directory of its members; each entry says where the member's own header is, and its
// data follow that.
function unzip(archive, member, to) {
  const zip = readFileSync(archive);
  const entry = findEntry(zip, member);
  const header = zip.readUInt32LE(entry + 42);
  const data = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const packed = zip.subarray(data, data + zip.readUInt32LE(entry + 20));
  writeFileSync(to, zip.readUInt16LE(entry + 10) === 0 ? packed : inflateRawSync(packed));
}

function findEntry(zip, member) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('not a zip file');
  let entry = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameLength = zip.readUInt16LE(entry + 28);
    if (zip.toString('utf8', entry + 46, entry + 46 + nameLength) === member) return entry;
    entry += 46 + nameLength + zip.readUInt16LE(entry + 30) + zip.readUInt16LE(entry + 32);
  }
  throw new Error(`no ${member} in it`);
}

async function download(url, to) {
  const connecting = new AbortController();
  const timer = setTimeout(() => connecting.abort(new Error('no answer in time')), CONNECT_TIMEOUT_MS);
  const signal = AbortSignal.any([connecting.signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]);
  const response = await fetch(url, { signal }).finally(() => clearTimeout(timer));
  if (!response.ok) throw new Error(`the answer is ${response.status} ${response.statusText}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(to));
}
