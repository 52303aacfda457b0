/**
 * Owns what of the console stands in files (`dist/console`, made by `npm run build`): its page, the hashed files that the page names, and what stands in for another build's program, each
 * read once, and gzipped once for whoever takes that.
 * Can fail: they were not built, or not shipped (throws, with what to do).
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packageRoot } from '../../engine/devServer/packageRoot';

export interface Kept {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

export interface ConsoleFiles {
  readonly page: Kept;
  readonly assets: ReadonlyMap<string, Kept>;
  /** In place of another build's program: reads the page anew. */
  readonly again: Kept;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

let known: ConsoleFiles | undefined;

export function consoleFiles(): ConsoleFiles {
  return (known ??= readFiles(join(packageRoot(), 'dist/console')));
}

function readFiles(folder: string): ConsoleFiles {
  const page = join(folder, 'index.html');
  if (!existsSync(page)) throw new Error('the console was not built: npm run build makes dist/console');
  const names = readdirSync(join(folder, 'assets')).filter(name => extname(name) in types);
  const assets = new Map(names.map(name => [name, kept(join(folder, 'assets', name))]));
  return { page: kept(page), assets, again: kept(join(folder, 'again.js')) };
}

function kept(file: string): Kept {
  const bytes = readFileSync(file);
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  const type = types[extname(file)] ?? 'application/octet-stream';
  return { type, bytes, gzipped: gzipSync(bytes, { level: 9 }), etag: `"${hash}"` };
}
