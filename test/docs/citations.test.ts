/**
 * Every citation of the contract, a section (`PROTOCOL §2`) or a promise (`I3`), points to something that docs/PROTOCOL.md has; and
 * every file that README and docs link or name by its path is there.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { anchorsOf } from './anchors';

const root = resolve(__dirname, '../..');
const contract = 'docs/PROTOCOL.md';
const folders = ['src', 'workflows', 'activities', 'test', 'bench', 'chaos', 'examples', 'scripts', 'docs'];

interface Text {
  readonly name: string;
  readonly text: string;
}

const texts = [...readdirSync(root), ...folders.flatMap(filesIn)]
  .filter(name => /\.(?:ts|mjs|py|sh|md)$/.test(name))
  .map(name => ({ name, text: readFileSync(join(root, name), 'utf8') }));
const pages = texts.filter(({ name }) => /^(?:docs\/)?[\w-]+\.md$/.test(name));
const known = namesIn(textOf(contract));

function filesIn(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1));
}

function textOf(file: string): string {
  return texts.find(({ name }) => name === file)?.text ?? '';
}

/** Its sections by heading, its promises by the item that states them. */
function namesIn(page: string): ReadonlySet<string> {
  const sections = [...page.matchAll(/^## (\d+)\. /gm)].map(([, number = '']) => `PROTOCOL §${number}`);
  const promises = [...page.matchAll(/^- \*\*([IO]\d+)\*\* /gm)].map(([, promise = '']) => promise);
  return new Set([...sections, ...promises]);
}

/** A page in capitals with a section of it, or with several: `PROTOCOL §3, §4`. Standards have a number in between. */
const sectionPattern = /\b([A-Z]{4,})(?:\.md)? (§\d+(?:, §\d+)*)/g;
/** Alone: not in a word, nor in base64. */
const promisePattern = /(?<![\w+/=.-])[IO]\d+(?![\w+/=-])/g;

function citationsIn({ name, text }: Text): readonly string[] {
  const sections = [...text.matchAll(sectionPattern)].flatMap(([, page = '', numbers = '']) =>
    numbers.split(', ').map(number => `${page} ${number}`),
  );
  const own = name === contract ? (text.match(/§\d+/g) ?? []).map(number => `PROTOCOL ${number}`) : [];
  return [...sections, ...own, ...(text.match(promisePattern) ?? [])];
}

function wrongCitations(all: readonly Text[]): string[] {
  return all.flatMap(each =>
    citationsIn(each)
      .filter(citation => !known.has(citation))
      .map(citation => `${each.name}: ${citation}`),
  );
}

function wrongFiles(all: readonly Text[]): string[] {
  return all.flatMap(({ name, text }) => {
    const prose = text.replace(/^```[\s\S]*?^```/gm, '');
    const links = [...prose.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)].map(([, target = '']) => target);
    const paths = [...prose.matchAll(/`([\w./-]+)`/g)].map(([, path = '']) => path);
    return [
      ...links.filter(target => !leadsSomewhere(name, target)),
      ...paths.filter(path => folders.some(each => path.startsWith(`${each}/`)) && !isThere(path)),
    ].map(wrong => `${name}: ${wrong}`);
  });
}

function isThere(path: string): boolean {
  return existsSync(join(root, path));
}

function leadsSomewhere(from: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? from : join(dirname(from), path);
  return isThere(file) && (anchor === undefined || anchorsOf(textOf(file)).includes(anchor));
}

it('reads the contract and who cites it', () => {
  const named = (letter: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${letter}${String(index + 1)}`);
  expect([...known]).toEqual([...named('PROTOCOL §', 6), ...named('I', 12), ...named('O', 5)]);
  const cited = new Set(texts.filter(({ name }) => name !== contract).flatMap(citationsIn));
  expect([...known].filter(name => !cited.has(name))).toEqual([]);
});

it('cites only what the contract has', () => {
  expect(wrongCitations(texts)).toEqual([]);
});

/** Without the `~` that keeps it from being found in this file. */
function planted(text: string): string {
  return text.replaceAll('~', '');
}

it.each([
  ['/** As PROTOCOL §~7 says. */', 'PROTOCOL §~7'],
  ['// PROTOCOL §3, §~12: shown', 'PROTOCOL §~12'],
  ['// the answers table (CHARTER~ §2)', 'CHARTER~ §2'],
  [' * I~13: nobody waits', 'I~13'],
  ['# I2, I~0 and I3', 'I~0'],
  ['as O~6 wants.', 'O~6'],
])('finds a citation that points nowhere: %s', (text, citation) => {
  const found = wrongCitations([{ name: 'src/planted.ts', text: planted(text) }]);
  expect(found).toEqual([`src/planted.ts: ${planted(citation)}`]);
});

it('takes nothing else for one', () => {
  const text = planted('I~18n, 0xI~99, RFC 9457 §~31, XA §~33, whsec_+I~77/O~88=, _I~40');
  expect(wrongCitations([{ name: 'src/planted.ts', text }])).toEqual([]);
});

it('links and names only files that are there', () => {
  expect(pages.length).toBeGreaterThan(8);
  expect(wrongFiles(pages)).toEqual([]);
});

it.each([
  ['[gone](GONE.md)', 'GONE.md'],
  ['[gone](PROTOCOL.md#7-gone)', 'PROTOCOL.md#7-gone'],
  ['[gone](#gone)', '#gone'],
  ['kept in `src/gone.ts`', 'src/gone.ts'],
])('finds one that is not: %s', (text, wrong) => {
  expect(wrongFiles([{ name: 'docs/planted.md', text }])).toEqual([`docs/planted.md: ${wrong}`]);
});
