/** Owns the account service behind Express and a real port. */
import express, { type Express } from 'express';
import { type Participant, participantRouter } from '../../../src/participant';
import { listenHttp } from '../../support/listening';

export interface Service {
  /** Where the kit's routes are: `<base>/prepare`. */
  readonly base: string;
  close(): Promise<void>;
}

export async function serve(participant: Participant, prepareApp?: (app: Express) => void): Promise<Service> {
  const app = express();
  prepareApp?.(app);
  app.use('/account', participantRouter(participant));
  app.use(express.json());
  app.post('/account/open', (request, response) => void response.json({ opened: request.body as unknown }));
  const server = await listenHttp(app);
  return { base: `${server.origin}/account`, close: () => server.close() };
}
