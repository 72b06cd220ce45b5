import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds until an endpoint must have answered. AWS waits 15 seconds. */
const TIMEOUT = 5_000;

/** Milliseconds before each retry. AWS waits 20 seconds before each of three retries. */
const RETRY_DELAYS = [100, 500, 2_000];

/**
 * Posts a message to an endpoint on this machine. Like SNS, retries after network errors, 429 and 5xx.
 *
 * @param retryDelays Milliseconds before each retry.
 * @returns Whether the endpoint accepted the message.
 */
export async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
  retryDelays: readonly number[] = RETRY_DELAYS,
): Promise<boolean> {
  for (const delay of [...retryDelays, undefined]) {
    const status = await postOnce(url, headers, body, signal).catch(() => undefined);
    if (status !== undefined && status < 300) return true;
    const isPermanent = status !== undefined && status < 500 && status !== 429;
    if (isPermanent || delay === undefined || signal.aborted) return false;
    await sleep(delay, undefined, { signal, ref: false }).catch(() => {});
  }
  return false;
}

/** Redirects are not followed, so a message never leaves this machine. */
function postOnce(
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const options = {
    method: 'POST',
    headers: {
      'content-type': 'text/plain; charset=UTF-8',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Amazon Simple Notification Service Agent',
      ...headers,
    },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
  };
  // Certificates for localhost are self-signed, and the connection does not leave this machine.
  const request = url.startsWith('https:')
    ? requestHttps(url, { ...options, rejectUnauthorized: false })
    : requestHttp(url, options);
  request.once('response', (response) => {
    response.resume().once('error', reject);
    response.once('end', () => resolve(response.statusCode ?? 500));
  });
  request.once('error', reject);
  request.end(body);
  return promise;
}
