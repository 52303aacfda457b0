// The release of Temporal's server that is tried as a cluster, and the names of its programs: the same that the
// development server is made of (scripts/temporalDev/binary.sh).
export const SERVER = '1.32.0';
export const PROGRAMS = ['server', 'sql'];
