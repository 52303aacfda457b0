/** Owns what a name is: of a participant or a label (PROTOCOL §3), and of what stands beside them in the kit's records. */
export const namePattern = /^[A-Za-z0-9._-]{1,64}$/;
