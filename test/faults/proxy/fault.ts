/** What the proxy does to one request. `after` is always: after the service has done what it was asked for. */
export type Fault =
  /** Passed on later. */
  | { kind: 'delay'; ms: number }
  /** Refused with the service's own code for too many requests. */
  | { kind: 'throttle' }
  /** Refused with the service's own internal error. */
  | { kind: 'error' }
  /** The connection is cut. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** Done, and never answered: the client gives up some time. */
  | { kind: 'hang' }
  /** Of a batch, every second entry is refused, from the first on: with a code that is worth another try. */
  | { kind: 'partial' }
  /** Of a receive: the messages come back at once, while they are in hand. */
  | { kind: 'redeliver' }
  /** Of a receive: last message first, and every third one only when it comes again. */
  | { kind: 'reorder' }
  /** Of a batch of deletions: acknowledged, and not done. */
  | { kind: 'forget' }
  /** The client's process is killed. */
  | { kind: 'kill'; when: 'before' | 'after' };

export type Service = 'sqs' | 'sns' | 's3' | 'dynamodb' | 'lambda';

/** One request on its way. */
export interface PassingRequest {
  /** Who sends it, as `addClient` was told. */
  client: string;
  service: Service;
  /** As the API reference names it; for S3 and Lambda, the HTTP method. */
  action: string;
  /** Name of the queue that an SQS request is about. */
  queue?: string | undefined;
}
