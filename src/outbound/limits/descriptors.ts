/**
 * Owns how many descriptors the process may have, and how they are shared out. Out of descriptors Node itself aborts: the engine's
 * workflow sandbox starts a watchdog with an event loop of its own for each activation, which must not fail. So connections, out and in,
 * are bounded to parts of them, and the rest is left to the engine, the log and name servers.
 */

export interface DescriptorShares {
  /** Connections to participants. */
  readonly out: number;
  /** Connections to receivers of notifications. */
  readonly told: number;
  /** Connections of the API's clients. */
  readonly in: number;
}

export function sharesOf(limit: number): DescriptorShares {
  return {
    out: Math.min(Math.floor(limit * 0.38), 4_096),
    told: Math.min(Math.max(Math.floor(limit * 0.02), 1), 256),
    in: Math.min(Math.floor(limit * 0.3), 65_536),
  };
}

let shares: DescriptorShares | undefined;

/** By the real limit of this process, which nobody changes while it runs. */
export function descriptorShares(): DescriptorShares {
  shares ??= sharesOf(softLimit());
  return shares;
}

interface Report {
  readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } };
}

/** With what the types of Node 20 do not have yet. */
type WithNetwork = NodeJS.ProcessReport & { excludeNetwork: boolean };

function softLimit(): number {
  const report = process.report as WithNetwork;
  const { excludeNetwork } = report;
  report.excludeNetwork = true; // it would look names up
  const { userLimits } = report.getReport() as Report;
  report.excludeNetwork = excludeNetwork;
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Infinity;
}
