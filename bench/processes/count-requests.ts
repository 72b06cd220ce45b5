import { subscribe } from 'node:diagnostics_channel';

/**
 * Counts the HTTP requests that this process makes, from now on: at the wire, whoever makes them.
 *
 * @returns how many there have been
 */
export function countRequests(): () => number {
  let requests = 0;
  subscribe('http.client.request.start', () => {
    requests++;
  });
  return () => requests;
}
