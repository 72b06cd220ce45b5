import type { IncomingHttpHeaders } from 'node:http';

/** A complete HTTP request to a service. */
export interface ServiceRequest {
  method: string;
  /** Path as sent, percent-encoded, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** IP address of the client. */
  sourceIp: string;
  /** Sent as `x-amz-request-id` or `x-amzn-requestid`. */
  requestId: string;
  /** Aborted when the client disconnects before it has the answer. */
  signal: AbortSignal;
}

/** A service's answer. */
export interface ServiceResponse {
  status: number;
  headers?: Record<string, string>;
  /** Default: empty. */
  body?: string | Uint8Array;
  /** Called if the client has disconnected before the answer is sent. */
  onLost?: () => void;
}

/** A service behind the AWS endpoint. It must answer its own {@link AwsError}s, in its own protocol. */
export type Service = (request: ServiceRequest) => ServiceResponse | Promise<ServiceResponse>;
