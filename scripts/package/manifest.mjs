// What of package.json is published: installed for the client or the kit, the package brings what those need, and no more. What the
// server needs, or one store alone, are optional peers, which npm does not install by itself; whoever uses them installs them.

/** Of the server's side (embed, workflow), and of the kit's stores and routers. */
const serversOwn = [
  '@opentelemetry/api',
  '@opentelemetry/core',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/exporter-trace-otlp-proto',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace-base',
  '@temporalio/activity',
  '@temporalio/client',
  '@temporalio/common',
  '@temporalio/envconfig',
  '@temporalio/proto',
  '@temporalio/worker',
  '@temporalio/workflow',
  'express',
  'helmet',
  'jose',
  'libsql',
  'pino-pretty',
  'prom-client',
];

/** The server is written against one minor version of the SDK (src/engine/endings.ts); before 1.0 any minor version may break. */
const inOneMinor = (name, version) => name.startsWith('@temporalio/') || version.startsWith('0.');

/** @param {Record<string, any>} manifest package.json as it is */
export function packedManifest(manifest) {
  const kept = Object.fromEntries(Object.entries(manifest).filter(([name]) => !leftOut.includes(name)));
  const { dependencies, peerDependencies, peerDependenciesMeta } = manifest;
  const own = Object.entries(dependencies).filter(([name]) => !serversOwn.includes(name));
  const peers = serversOwn.map(name => [name, rangeOf(name, dependencies[name])]);
  const optional = serversOwn.map(name => [name, { optional: true }]);
  return {
    ...kept,
    dependencies: Object.fromEntries(own),
    peerDependencies: { ...peerDependencies, ...Object.fromEntries(peers) },
    peerDependenciesMeta: { ...peerDependenciesMeta, ...Object.fromEntries(optional) },
  };
}

const leftOut = ['devDependencies', 'overrides', 'scripts'];

/** @param {string} name @param {string | undefined} version the one that is used here */
function rangeOf(name, version) {
  if (version === undefined)
    throw new Error(`${name} is no dependency any more: scripts/package/manifest.mjs`);
  return `${inOneMinor(name, version) ? '~' : '^'}${version}`;
}
