// usage: npm run backup -- FILE      copies the database of DTC_DATA_DIR, also while the coordinator runs
// Can fail: with one message that says what to do, and exit code 1.
import { readSettings } from '../temporalDev/settings.mjs';
import { backUp } from './copy.mjs';

try {
  const [file, ...others] = process.argv.slice(2);
  if (file === undefined || others.length > 0) throw new Error('say where to: npm run backup -- <file>');
  if (process.env.TEMPORAL_ADDRESS)
    throw new Error(
      'TEMPORAL_ADDRESS is set: the transactions are in that Temporal server, back up its database',
    );
  const made = backUp(readSettings(process.env).dataDir, file);
  console.log(`${made.file}: the database of Temporal server ${made.version}`);
} catch (error) {
  console.error(`backup: ${error.message}`);
  process.exitCode = 1;
}
