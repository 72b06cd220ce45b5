import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Service, ServiceRequest, ServiceResponse } from './service.ts';

/** Maximum size of a request: an object of 1 GB with the overhead of its encoding. S3 accepts up to 5 GB in a PutObject. */
const MAX_BODY_BYTES = 1_100_000_000;

/**
 * Creates the request listener of an HTTP server in front of a service.
 *
 * @param commit Called before each answer is sent. If it throws, the client is disconnected without an answer.
 * @param onError Called with errors of `commit`, and with errors of the service, for which the client receives status 500.
 */
export function createListener(
  service: Service,
  commit: () => void,
  onError: (error: unknown) => void,
): RequestListener {
  async function serve(incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer): Promise<void> {
    const closed = new AbortController();
    outgoing.once('close', () => closed.abort());
    let answer: ServiceResponse;
    try {
      answer = await service(toServiceRequest(incoming, body, closed.signal));
    } catch (error) {
      onError(error);
      answer = { status: 500, body: 'InternalFailure\n' };
    }
    if (incoming.socket.destroyed) answer.onLost?.();
    commit();
    send(outgoing, answer);
  }

  return (incoming, outgoing) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    // A client that disconnects while it sends gets no answer.
    incoming.on('error', () => undefined);
    incoming.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= MAX_BODY_BYTES) pieces.push(piece);
    });
    incoming.on('end', () => {
      if (bytes > MAX_BODY_BYTES) {
        send(outgoing, {
          status: 413,
          body: `request: must be at most ${MAX_BODY_BYTES} bytes, received ${bytes}\n`,
        });
        return;
      }
      const [first] = pieces;
      const body = pieces.length === 1 && first ? first : Buffer.concat(pieces, bytes);
      serve(incoming, outgoing, body).catch((error) => {
        outgoing.destroy();
        onError(error);
      });
    });
  };
}

function toServiceRequest(incoming: IncomingMessage, body: Buffer, signal: AbortSignal): ServiceRequest {
  const { method = 'GET', url = '/', headers, socket } = incoming;
  const queryStart = url.indexOf('?');
  return {
    method,
    path: queryStart === -1 ? url : url.slice(0, queryStart),
    query: new URLSearchParams(queryStart === -1 ? '' : url.slice(queryStart + 1)),
    headers,
    body,
    sourceIp: socket.remoteAddress ?? '',
    requestId: randomUUID(),
    signal,
  };
}

function send(outgoing: ServerResponse, { status, headers, body }: ServiceResponse): void {
  // An answer to HEAD has no body: its service sets the length itself.
  if (body !== undefined) outgoing.setHeader('content-length', Buffer.byteLength(body));
  outgoing.writeHead(status, headers).end(body);
}
