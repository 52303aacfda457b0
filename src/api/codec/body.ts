/** Owns the body of requests to the codec server (PROTOCOL §3). */
import { listOfPayloads } from '../../protocol/client/payloads';
import { body } from '../transaction/bodies';

/** Temporal's CLI leaves the list out where there is nothing to encrypt, as for a query without arguments. */
export const codecBody = body({ payloads: listOfPayloads.default([]) });
