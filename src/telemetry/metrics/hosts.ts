/** Owns which hosts have a label of their own: the first 200 that this process meets. What clients choose must not grow without bound. */

const most = 200;
export const otherHosts = 'other';

export function hostLabels(): (host: string) => string {
  const known = new Set<string>();
  return host => {
    if (known.has(host)) return host;
    if (known.size >= most) return otherHosts;
    known.add(host);
    return host;
  };
}
