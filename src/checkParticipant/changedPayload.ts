/** Owns a payload of the same shape as another and of another meaning: one number, text or truth value in it differs. */

/** The first value that can be changed is; a payload without any is wrapped. */
export function changed(payload: unknown): unknown {
  return changedWithin(payload) ?? { changed: payload };
}

/** Undefined where there is nothing to change. Numbers first: they are amounts more often than names. */
function changedWithin(value: unknown): unknown {
  return replaceFirst(value, oneMore) ?? replaceFirst(value, otherText);
}

function oneMore(value: unknown): unknown {
  return typeof value === 'number' ? value + 1 : undefined;
}

function otherText(value: unknown): unknown {
  if (typeof value === 'string') return `${value}-changed`;
  return typeof value === 'boolean' ? !value : undefined;
}

function replaceFirst(value: unknown, replace: (value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return replace(value);
  for (const [key, member] of Object.entries(value)) {
    const other = replaceFirst(member, replace);
    if (other === undefined) continue;
    return Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other };
  }
  return undefined;
}
