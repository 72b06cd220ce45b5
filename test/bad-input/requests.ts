import { customerRequests } from './requests/customers.ts';
import { generateRequests } from './requests/generate.ts';
import { orderRequests } from './requests/orders.ts';
import { pathRequests } from './requests/paths.ts';
import { reportRequests } from './requests/reports.ts';
import { wireRequests } from './requests/wire.ts';

/** Requests to the HTTP API. */
export const requests = [
  ...orderRequests,
  ...generateRequests,
  ...customerRequests,
  ...reportRequests,
  ...pathRequests,
  ...wireRequests,
];
