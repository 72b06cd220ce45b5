import { createServer, type RequestListener, type Server } from 'node:http';
import { checkLoopbackRequest } from '../program/loopback-guard.ts';

/** Limits for clients, in milliseconds. */
export interface ConnectionTimeouts {
  /** Time in which a request's headers must have arrived. */
  headers: number;
  /** Time in which the whole request must have arrived, a file of 1 GB included. */
  request: number;
  /** Interval at which connections are checked for these timeouts. */
  check: number;
}
const TIMEOUTS: ConnectionTimeouts = { headers: 10_000, request: 60_000, check: 5_000 };

/** Longer than SDK clients keep idle connections, so that no request meets a connection that is closing. */
const KEEP_ALIVE_MS = 72_000;

/**
 * Creates an HTTP server for clients on this machine. Requests from pages of other web sites are refused, and slow clients are
 * answered 408 and disconnected.
 */
export function createLoopbackServer(
  listener: RequestListener,
  { headers, request, check }: ConnectionTimeouts = TIMEOUTS,
): Server {
  const options = {
    headersTimeout: headers,
    requestTimeout: request,
    connectionsCheckingInterval: check,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  return createServer(options, (incoming, response) => {
    const refusal = checkLoopbackRequest(incoming);
    if (!refusal) return listener(incoming, response);
    const { status, message } = refusal;
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ message }));
  });
}
