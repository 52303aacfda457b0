// The Node that the project needs. Can fail: an older one (throws).
const NEEDED = [20, 19];

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  throw new Error(`this is Node ${process.versions.node}: install Node ${NEEDED.join('.')} or newer`);
}
