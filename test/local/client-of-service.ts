import { PassThrough } from 'node:stream';
import type { Service } from '../../local/aws-services/service.ts';
import { REGION } from '../../local/stack/account.ts';

/** Address in URLs of queues and notifications. Nothing listens there. */
export const ENDPOINT = 'http://127.0.0.1:4566';

/** A request of an SDK client. */
interface SdkRequest {
  method: string;
  path: string;
  query: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: string | Uint8Array;
}

/** Returns options of an SDK client that calls a service in this process, without a server. Requests are not repeated. */
export const clientOptions = (service: Service) => ({
  region: REGION,
  endpoint: ENDPOINT,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
  requestHandler: { handle: (request: SdkRequest) => handle(service, request) },
});

async function handle(service: Service, request: SdkRequest) {
  const { method, path, headers, body: sent = '' } = request;
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(request.query)) {
    for (const value of [values].flat()) query.append(name, value ?? '');
  }
  const answer = await service({
    method,
    path,
    query,
    headers,
    body: typeof sent === 'string' ? Buffer.from(sent) : Buffer.concat([sent]),
    sourceIp: '127.0.0.1',
    requestId: 'request-1',
    signal: new AbortController().signal,
  });
  const body = new PassThrough();
  body.end(method === 'HEAD' ? undefined : answer.body);
  return { response: { statusCode: answer.status, headers: answer.headers ?? {}, body } };
}
