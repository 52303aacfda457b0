// `npm test`: all files, in groups. With arguments (`npm test -- test/operator/abort`) it is plain jest, each file by itself.
import { run } from 'jest';

process.env.NODE_ENV ??= 'test'; // as jest's own command does
const given = process.argv.slice(2);
await run(given.length === 0 ? ['--config', 'jest.groups.config.mjs'] : given);
