import type { Service, ServiceResponse } from '../../../local/aws-services/service.ts';
import { openMemoryStorage, type Storage } from '../../../local/aws-services/storage.ts';
import { createS3Service } from '../../../local/s3/handle-s3.ts';
import { openS3 } from '../../../local/s3/open-s3.ts';

export const BUCKET = 'orders';
export const TOPIC = 'arn:aws:sns:us-east-1:000000000000:order-files';

interface TestRequest {
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface TestResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Code of an error. */
  code: string | undefined;
}

/** Creates S3 with a bucket, and a function that sends requests to it. */
export async function createTestS3(storage: Storage = openMemoryStorage()) {
  const published: { topicArn: string; subject: string; message: string }[] = [];
  const topics = new Set([TOPIC]);
  const s3 = openS3(storage, {
    publish: (message) => published.push(message),
    hasTopic: (topicArn) => topics.has(topicArn),
  });
  const service = createS3Service(s3);

  const send = (target: string, request?: TestRequest) => sendTo(service, target, request);
  await send(`PUT /${BUCKET}`);
  return { s3, send, published, topics };
}

/**
 * Sends a request to S3.
 *
 * @param target Method, path and query, such as `PUT /orders/a%20b?tagging`.
 */
export async function sendTo(
  service: Service,
  target: string,
  { headers = {}, body = '' }: TestRequest = {},
): Promise<TestResponse> {
  const [, method = '', path = '', search = ''] = /^(\S+) ([^?]*)\??(.*)$/s.exec(target) ?? [];
  const response: ServiceResponse = await service({
    method,
    path,
    query: new URLSearchParams(search),
    headers: { host: '127.0.0.1:4566', ...headers },
    body: Buffer.from(body),
    sourceIp: '127.0.0.1',
    requestId: 'request-1',
    signal: new AbortController().signal,
  });
  const text = Buffer.from(response.body ?? '').toString();
  return {
    status: response.status,
    headers: response.headers ?? {},
    body: text,
    code: /<Code>(.*?)<\/Code>/.exec(text)?.[1],
  };
}

/** Returns the texts of all elements of a name. */
export const textsOf = (xml: string, name: string) =>
  Array.from(xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs')), ([, text = '']) => text);
