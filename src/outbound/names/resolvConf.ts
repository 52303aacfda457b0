/**
 * Owns what of `/etc/resolv.conf` (resolv.conf(5)) c-ares does not do for us: which names are asked for, one after the other,
 * for the one that somebody wrote. Its servers are read by c-ares itself.
 */
export interface ResolvConf {
  readonly search: readonly string[];
  /** A name with fewer dots is tried with the search list first. */
  readonly ndots: number;
}

/** The last of several `search` or `domain` lines counts. */
export function parseResolvConf(text: string): ResolvConf {
  let search: readonly string[] = [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'search') search = values;
    if (keyword === 'domain') search = values.slice(0, 1);
    const dots = keyword === 'options' ? values.map(value => /^ndots:(\d{1,2})$/.exec(value)?.[1]) : [];
    for (const count of dots) if (count !== undefined) ndots = Math.min(Number(count), 15);
  }
  return { search: search.map(domain => domain.toLowerCase().replace(/\.$/, '')).filter(Boolean), ndots };
}

/** In the order in which they are asked for. A dot at the end means: this one and no other. */
export function candidatesOf(name: string, { search, ndots }: ResolvConf): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const found = search.map(domain => `${name}.${domain}`);
  const dots = name.split('.').length - 1;
  return dots >= ndots ? [name, ...found] : [...found, name];
}
