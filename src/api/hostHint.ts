/** Owns what is said to who asked for a participant's host, found nothing, and gave what looks like a name. */

/** A host may have neither dot nor port; it is more often a participant's name, or lacks its port. Undefined where it looks like a host. */
export function hostHint(participant: string | undefined, nothing: string): string | undefined {
  if (participant === undefined || /[.:]/.test(participant)) return undefined;
  return (
    `${nothing} "${participant}": participant is a host, with the port where it is not the scheme's own ` +
    '(pay.example.com, 10.0.0.1:8080), as GET /participants names it, and not the name of a participant'
  );
}
