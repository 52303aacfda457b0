/** Owns the block that a person reads when everything is up. */

export interface ReadyInfo {
  readonly role: 'api' | 'worker' | 'all';
  readonly api?: string;
  /** The API serves the console. */
  readonly hasConsole: boolean;
  /** Beside the API's own. */
  readonly metrics?: string;
  /** Absent where Temporal is somebody else's. */
  readonly webUi?: string;
  readonly temporal: string;
  /** Started here; else it is the one that `TEMPORAL_ADDRESS` names. */
  readonly own: boolean;
  readonly namespace: string;
  /** Callers need no token: what is shown to try works as it stands. */
  readonly isOpen: boolean;
}

export function readyBlock({
  role,
  api,
  metrics,
  webUi,
  temporal,
  namespace,
  own,
  isOpen,
  hasConsole,
}: ReadyInfo): string {
  const rows = [
    ...(api === undefined ? [] : [['API', api]]),
    ...(api === undefined || !hasConsole ? [] : [['Console', `${api}/console`]]),
    ...(metrics === undefined ? [] : [['Metrics', `${metrics}/metrics`]]),
    ...(webUi === undefined ? [] : [['Web UI', `${webUi}/namespaces/${namespace}/workflows`]]),
    ['Temporal', `${temporal}, namespace ${namespace}${own ? '' : `: ${notOurs}`}`],
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(9)} ${value}`);
  return [
    '',
    `Distributed Transaction Coordinator is ready (role: ${role}).`,
    ...lines,
    ...(isOpen ? tryIt(api) : []),
    '',
  ].join('\n');
}

/** A shell may have it of somebody's session before: nobody should have to guess whose transactions these are. */
export const notOurs =
  'named by TEMPORAL_ADDRESS, so no server was started here (unset it for one of your own)';

/** The participant's line is README's. */
const participant = `node -e 'require("http").createServer((q, s) => { console.log(q.url); q.resume(); s.end("{}") }).listen(9001)'`;

/** Both lines work as they stand: the transaction commits. */
function tryIt(api: string | undefined): string[] {
  if (api === undefined) return [];
  const post = `curl -s -X POST ${api}/transactions -H 'content-type: application/json' -H 'prefer: wait=10'`;
  const urls = ['hotel', 'car'].map(name => `"http://127.0.0.1:9001/${name}/prepare"`).join();
  return [
    '',
    '  Try it: in another terminal, services that say yes to everything',
    `  ${participant}`,
    '  and in a third one, a transaction over two of them',
    `  ${post} -d '[${urls}]'`,
  ];
}
