// The release of Temporal's server that is tried as a cluster, and the names of its programs. The images of
// deploy/compose.yaml are of its series.
export const SERVER = '1.31.2';
export const PROGRAMS = ['server', 'sql'];
