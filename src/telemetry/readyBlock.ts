/** Owns the block that a person reads when everything is up. */

export interface ReadyInfo {
  readonly role: 'api' | 'worker' | 'all';
  readonly api?: string;
  /** Absent where Temporal is somebody else's. */
  readonly webUi?: string;
  readonly temporal: string;
  readonly namespace: string;
}

export function readyBlock({ role, api, webUi, temporal, namespace }: ReadyInfo): string {
  const rows = [
    ...(api === undefined ? [] : [['API', api]]),
    ...(webUi === undefined ? [] : [['Web UI', `${webUi}/namespaces/${namespace}/workflows`]]),
    ['Temporal', `${temporal}, namespace ${namespace}`],
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(9)} ${value}`);
  return [
    '',
    `Distributed Transaction Coordinator is ready (role: ${role}).`,
    ...lines,
    ...tryIt(api),
    '',
  ].join('\n');
}

/** Works as it stands: nobody listens at the participant's address, so the transaction rolls back and says why. */
function tryIt(api: string | undefined): string[] {
  if (api === undefined) return [];
  const post = `curl -s -X POST ${api}/transactions -H 'content-type: application/json' -H 'prefer: wait=10'`;
  return ['', '  Try it:', `  ${post} -d '["http://127.0.0.1:9/hotel/prepare"]'`];
}
