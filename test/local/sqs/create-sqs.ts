import type { Service, ServiceResponse } from '../../../local/aws-services/service.ts';
import { openMemoryStorage, type Storage } from '../../../local/aws-services/storage.ts';
import { createSqsService } from '../../../local/sqs/handle-sqs.ts';
import type { Queue } from '../../../local/sqs/queue.ts';
import type { QueueAttributes } from '../../../local/sqs/queue-attributes.ts';
import { Sqs } from '../../../local/sqs/sqs.ts';

export const ENDPOINT = 'http://127.0.0.1:4566';

/** Creates queues in memory, unless another storage is given. */
export function createSqs(storage: Storage = openMemoryStorage()): Sqs {
  return new Sqs({ storage, endpoint: ENDPOINT });
}

/** Creates a queue. */
export function createQueue(attributes: QueueAttributes = {}, sqs = createSqs()): Queue {
  return sqs.createQueue(attributes.FifoQueue ? 'orders.fifo' : 'orders', attributes);
}

/** Receives all messages that are visible now, or up to `max`. */
export const receive = (queue: Queue, max = 10, visibilityTimeout?: number) =>
  queue.receive({ max, waitMs: 0, visibilityTimeout });

/** Receives and returns the bodies only. */
export async function receiveBodies(
  queue: Queue,
  max?: number,
  visibilityTimeout?: number,
): Promise<string[]> {
  return (await receive(queue, max, visibilityTimeout)).map(({ content }) => content.body);
}

/** Makes requests to the service without a network. */
export function connect(sqs: Sqs) {
  const service = createSqsService(sqs);

  /** Calls an action of the JSON protocol, and returns its answer or its error with both codes. */
  async function call(action: string, input: object = {}): Promise<Record<string, unknown>> {
    const { status, headers, body } = await request(service, {
      headers: { 'x-amz-target': `AmazonSQS.${action}` },
      body: JSON.stringify(input),
    });
    const answer = JSON.parse(String(body));
    if (status === 200) return answer;
    return { status, type: answer.__type, message: answer.message, query: headers?.['x-amzn-query-error'] };
  }

  /** Calls an action of the query protocol, and returns its XML. */
  async function query(form: Record<string, string>, path = '/', method = 'POST'): Promise<string> {
    const text = String(new URLSearchParams(form));
    const parts = method === 'GET' ? { query: new URLSearchParams(text) } : { body: text };
    return String((await request(service, { method, path, ...parts })).body);
  }

  return { service, call, query, request: (parts: Parts) => request(service, parts) };
}

interface Parts {
  method?: string;
  path?: string;
  query?: URLSearchParams;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

async function request(service: Service, { body = '', ...parts }: Parts): Promise<ServiceResponse> {
  return await service({
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    sourceIp: '127.0.0.1',
    requestId: 'request-1',
    signal: new AbortController().signal,
    ...parts,
    body: Buffer.from(body),
  });
}

/** Creates a storage whose values outlive the queues that are opened on it, as those of a directory do. */
export function createStorage(): Storage & { sizes(): Record<string, number> } {
  const maps = new Map<string, Map<string, string>>();
  return {
    map<Value>(name: string) {
      const values = maps.get(name) ?? new Map<string, string>();
      maps.set(name, values);
      return {
        set: (key: string, value: Value) => void values.set(key, JSON.stringify(value)),
        delete: (key: string) => void values.delete(key),
        clear: () => values.clear(),
        entries: () => [...values].map(([key, value]): [string, Value] => [key, JSON.parse(value)]),
      };
    },
    blobs: () => openMemoryStorage().blobs(''),
    commit() {},
    close() {},
    sizes: () => Object.fromEntries([...maps].map(([name, { size }]) => [name, size])),
  };
}
