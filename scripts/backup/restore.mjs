// usage: npm run restore -- FILE     puts a copy that npm run backup made into DTC_DATA_DIR, which has no database
// Can fail: with one message that says what to do, and exit code 1.
import { readSettings } from '../temporalDev/settings.mjs';
import { restore } from './copy.mjs';

try {
  const [file, ...others] = process.argv.slice(2);
  if (file === undefined || others.length > 0) throw new Error('say from where: npm run restore -- <file>');
  const { dataDir } = readSettings(process.env);
  const { version, madeAt } = restore(file, dataDir);
  console.log(`${dataDir}: the database of Temporal server ${version} as it was at ${madeAt}.
It does not know what was decided since then: read docs/BACKUP.md, "After a disaster", before you start on it.`);
} catch (error) {
  console.error(`restore: ${error.message}`);
  process.exitCode = 1;
}
