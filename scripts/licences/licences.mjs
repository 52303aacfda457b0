// The licences of what is installed at run time, as package-lock.json has them. Owns which are allowed, and the page that lists them.

/** Those that ask for no more than to be named, which the package's own files do. */
const allowed = [
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 AND MIT',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
];

/** Looked at one by one. `is`: of this version, whose manifest names none; what holds for it need not for the next. */
const lookedAt = {
  'caniuse-lite': {
    licence: 'CC-BY-4.0',
    why: 'data that a bundler reads, handed on unchanged, and named here',
  },
  unionfs: {
    version: '4.6.0',
    is: 'Unlicense',
    why: 'its manifest names none, and the LICENSE in the package is the Unlicense',
  },
};

/** @param {Record<string, any>} packages of package-lock.json @returns what is wrong, one line each */
export function notAllowed(packages) {
  return atRunTime(packages)
    .filter(each => !isAllowed(each))
    .map(
      ({ name, version, licence = 'none' }) => `the licence of ${name} ${version} is not allowed: ${licence}`,
    );
}

function isAllowed({ name, version, licence }) {
  if (allowed.includes(licence)) return true;
  const known = lookedAt[name];
  return known !== undefined && known.licence === licence && (known.version ?? version) === version;
}

/** @param {Record<string, any>} packages of package-lock.json */
export function page(packages) {
  const all = atRunTime(packages).map(each => ({
    ...each,
    licence: each.licence ?? lookedAt[each.name]?.is,
  }));
  const licences = [...new Set(all.map(({ licence }) => licence))].sort();
  const sections = licences.map(licence => {
    const rows = all
      .filter(each => each.licence === licence)
      .map(({ name, version }) => `${name} ${version}`);
    return `## ${licence}\n\n${[...new Set(rows)].join(', ')}\n`;
  });
  return [head, ...sections, footOf()].join('\n');
}

const head = `# Third parties

What \`npm ci --omit=dev\` brings on any platform, by licence. Made of \`package-lock.json\` by \`npm run licences\`; a test fails where it is not what that says, or where a dependency comes with a licence that nobody has looked at (\`scripts/licences/licences.mjs\`). The texts of the licences are in the packages. What the published package itself brings is less: [ARCHITECTURE.md](ARCHITECTURE.md).
`;

function footOf() {
  const rows = Object.entries(lookedAt).map(([name, { why }]) => `- ${name}: ${why}.`);
  return `## Looked at one by one\n\n${rows.join('\n')}\n`;
}

function atRunTime(packages) {
  return Object.entries(packages)
    .filter(([path, { dev, link }]) => path !== '' && dev !== true && link !== true)
    .map(([path, { version, license }]) => ({
      name: path.split('node_modules/').at(-1),
      version,
      licence: license,
    }))
    .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}
