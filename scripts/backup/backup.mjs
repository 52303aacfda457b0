// usage: npm run backup -- FILE      copies the database of DTC_DATA_DIR, also while the coordinator runs
// Can fail: with one message that says what to do, and exit code 1.
import { readServer } from '../temporalDev/directory.mjs';
import { readSettings } from '../temporalDev/settings.mjs';
import { backUp } from './copy.mjs';

try {
  const [file, ...others] = process.argv.slice(2);
  if (file === undefined || others.length > 0) throw new Error('say where to: npm run backup -- <file>');
  const settings = readSettings(process.env);
  const elsewhere = process.env.TEMPORAL_ADDRESS;
  if (elsewhere && !isOwn(elsewhere, settings))
    throw new Error(
      `TEMPORAL_ADDRESS names another server: a coordinator that is started so has its transactions there, back up its database
To copy the database in ${settings.dataDir} all the same: env -u TEMPORAL_ADDRESS npm run backup -- ${file}`,
    );
  const made = backUp(settings.dataDir, file);
  console.log(`${made.file}: the database of Temporal server ${made.version}`);
} catch (error) {
  console.error(`backup: ${error.message}`);
  process.exitCode = 1;
}

/** The address of the server that runs on the data directory, or would: whoever uses the CLI may have it exported. */
function isOwn(address, { dataDir, port }) {
  const own = readServer(dataDir)?.port ?? port;
  return ['127.0.0.1', 'localhost', '[::1]'].some(host => address === `${host}:${own}`);
}
