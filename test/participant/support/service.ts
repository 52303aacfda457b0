/** Owns the account service behind Express and a real port. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { type Participant, participantRouter } from '../../../src/participant';

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
  const server: Server = createServer(app);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/account`,
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
