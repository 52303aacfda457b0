import { shared } from './jest.config.mjs';

// What is run on every version of Node (`npm run test:nodes`): the core of what this project does with what Node brings.
export default {
  ...shared,
  testTimeout: 180_000, // it may be run beside other work
  displayName: `node ${process.versions.node}`,
  testMatch: [
    'test/protocol/*.test.ts', // the pure cores, without the explorers
    'test/wire/*.test.ts',
    'test/config/*.test.ts',
    'test/outbound/{answers,connector,failures,sending,signatures,tls}.test.ts', // undici, sockets, TLS
    'test/api/{errors,events,jwt,start}.test.ts', // Express, jose (an ES module that CommonJS loads)
    'test/client/{live,notifications,options,patience,repeats,watching}.test.ts', // a server, Temporal, transactions end to end
    'test/participant/{http,misuse,sqlite}.test.ts', // the kit, on libsql
    'test/embed/{embed,workflow}.test.ts', // a coordinator inside a service; workflows bundled by this version
    'test/e2e/requests.test.ts',
    'test/replay/replay.test.ts', // every recorded history by the bundle that ships
    'test/nodes/*.test.ts',
  ].map(pattern => `<rootDir>/${pattern}`),
};
