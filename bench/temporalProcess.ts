/**
 * Owns what the Temporal server's process tells of itself: the CPU time that it used, and the requests that it was sent, both since
 * its start. On Linux alone, from `/proc`: the server's page of metrics is on a port that it chose. Elsewhere nothing is known.
 */
import { readFile, readdir, readlink } from 'node:fs/promises';

export interface TemporalProcess {
  /** undefined where it is not to be had. */
  cpuMs(): Promise<number | undefined>;
  /** Requests to the frontend for the namespace that is measured, polls included. */
  requests(): Promise<number | undefined>;
}

export async function temporalProcess(pid: number): Promise<TemporalProcess> {
  if (process.platform !== 'linux')
    return { cpuMs: () => Promise.resolve(undefined), requests: () => Promise.resolve(undefined) };
  const metrics = await metricsUrl(pid);
  return {
    cpuMs: async () => cpuTicks(await readFile(`/proc/${pid}/stat`, 'utf8')) * msATick,
    requests: async () => (metrics === undefined ? undefined : requestsIn(await textAt(metrics))),
  };
}

/** USER_HZ is 100 wherever Node runs (proc(5)). */
const msATick = 10;

/** `utime` and `stime`, the 14th and 15th field; the second one, a name in brackets, may have anything in it. */
function cpuTicks(stat: string): number {
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return Number(user) + Number(system);
}

async function metricsUrl(pid: number): Promise<string | undefined> {
  for (const port of await listeningPorts(pid)) {
    const url = `http://127.0.0.1:${port}/metrics`;
    const text = await textAt(url).catch(() => ''); // the other ports speak gRPC, or are the Web UI's
    if (text.includes('service_requests')) return url;
  }
  return undefined;
}

async function textAt(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(5000) })).text();
}

const listening = '0A';

/** Of IPv4: the server is told to listen on 127.0.0.1. */
async function listeningPorts(pid: number): Promise<number[]> {
  const fds = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(fds.map(fd => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  const table = (await readFile(`/proc/${pid}/net/tcp`, 'utf8')).trim().split('\n').slice(1);
  return table
    .map(line => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === listening && links.includes(`socket:[${inode}]`))
    .map(([, local = '']) => parseInt(local.split(':')[1] ?? '', 16));
}

function requestsIn(metrics: string): number {
  return metrics
    .split('\n')
    .filter(line => /^service_requests\{.*namespace="default".*service_name="frontend"/.test(line))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
