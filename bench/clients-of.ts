import { type Clients, createClients } from '../local/stack/clients.ts';
import type { Settings } from './processes/services-process.ts';

/** Clients of the services whose settings these are. */
export const clientsOf = ({ AWS_ENDPOINT_URL = '', AWS_ENDPOINT_URL_DYNAMODB = '' }: Settings): Clients =>
  createClients(AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_DYNAMODB);
