// The settings that temporal-dev.sh reads from the environment (PROTOCOL §5). Can fail: a bad value throws, with
// its name, the value and what is allowed.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** { port, uiPort, dataDir }: two different ports, and an absolute path. */
export function readSettings(env) {
  const port = portSetting(env, 'DTC_TEMPORAL_PORT', '7233');
  const uiPort = portSetting(env, 'DTC_TEMPORAL_UI_PORT', '8233');
  if (port === uiPort)
    throw new Error(`DTC_TEMPORAL_PORT and DTC_TEMPORAL_UI_PORT are both ${port}: they must differ`);
  return { port, uiPort, dataDir: resolve(ROOT, env.DTC_DATA_DIR || '.temporal') };
}

function portSetting(env, name, fallback) {
  const text = env[name] || fallback;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw new Error(`${name} is "${text}": it must be a whole number from 1 to 65535`);
  return port;
}
