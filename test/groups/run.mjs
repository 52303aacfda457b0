// `npm test`: all files, in groups. With arguments (`npm test -- test/operator/abort`) it is plain jest, each file by itself.
import jest from 'jest';

const given = process.argv.slice(2);
await jest.run(given.length === 0 ? ['--config', 'jest.groups.config.mjs'] : given);
