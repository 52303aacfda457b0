/** Loaded before the coordinator's own code: it stops in order when the demo is gone, however that ended. */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) process.stdin.resume().once('end', () => process.kill(process.pid, 'SIGTERM'));
