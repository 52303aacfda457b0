/** Owns settings of the environment for as long as one piece of work: the files that run after it in the same process have it too. */

/** What was there before is there again once `work` has returned or thrown; it is not waited for. */
export function withEnvironment<T>(settings: Readonly<Record<string, string>>, work: () => T): T {
  const before = { ...process.env };
  Object.assign(process.env, settings);
  try {
    return work();
  } finally {
    for (const name of Object.keys(settings)) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  }
}

/** The names of what is not as it was. */
export function changedSince(before: NodeJS.ProcessEnv): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(process.env)]);
  return [...names].filter(name => before[name] !== process.env[name]);
}
