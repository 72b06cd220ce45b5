import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createQueue } from '../../lib/aws/queue.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import type { Entry, Item } from './generate-load.ts';

/** What senders know of what they have sent. */
export interface Sent {
  /** Rows that HTTP refused as no orders. */
  refused: number;
  /** Requests that were sent again, since they were not answered, or not with a yes. */
  resent: number;
  /** Keys of the order files uploaded. */
  files: string[];
}

/** Sends items of one way in. */
export type Senders = Record<Entry, (items: readonly Item[]) => Promise<void>>;

/** Orders of one HTTP request. */
const PER_REQUEST = 25;
/** Ms after which a client sends again what was not taken. */
const RESEND_MS = 1_000;

/**
 * Senders for each way in: any SQS client, an HTTP client, an upload. Each of them sends again what was not taken, until it is.
 *
 * @param sent is told what they did
 * @param gone ends all attempts
 */
export function createSenders(pipeline: Pipeline, apiUrl: string, sent: Sent, gone: AbortSignal): Senders {
  const { clients, queues, uploadBucket } = pipeline;
  const orderQueueUrl = queues.find(({ name }) => name === 'order')?.url ?? '';

  /** @param attempt answers what is left to be sent */
  async function insist(
    items: readonly Item[],
    attempt: (left: readonly Item[]) => Promise<readonly Item[]>,
  ) {
    for (let left = items; left.length > 0 && !gone.aborted; ) {
      // Whatever goes wrong, a customer tries again.
      left = await attempt(left).catch(() => left);
      if (left.length === 0) return;
      sent.resent++;
      await sleep(RESEND_MS);
    }
  }

  async function sendToQueue(items: readonly Item[]): Promise<readonly Item[]> {
    const messages = items.map(({ value }) => ({ body: JSON.stringify(value) }));
    const { outcomes } = await createQueue(clients.sqs, orderQueueUrl).send(messages);
    return items.filter((_item, index) => !outcomes[index]?.ok);
  }

  async function post(items: readonly Item[]): Promise<readonly Item[]> {
    const response = await fetch(`${apiUrl}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(items.map(({ value }) => value)),
    });
    const { accepted = [], rejected = [] } = (await response.json()) as Answer;
    const refused = rejected.filter(({ errors }) => errors.every(({ code }) => code !== 'not_queued'));
    if (accepted.length + refused.length < items.length) return items;
    sent.refused += refused.length;
    return [];
  }

  async function upload(key: string, items: readonly Item[]): Promise<readonly Item[]> {
    const text = items.map(({ value }) => `${JSON.stringify(value)}\n`).join('');
    const Body = key.endsWith('.gz') ? gzipSync(text) : text;
    await clients.s3.send(new PutObjectCommand({ Bucket: uploadBucket, Key: key, Body }));
    return [];
  }

  return {
    queue: (items) => insist(items, sendToQueue),
    async http(items) {
      for (const part of chunk(items, { maxEntries: PER_REQUEST })) await insist(part, post);
    },
    async file(items) {
      const number = sent.files.length;
      const key = `soak/${String(number).padStart(5, '0')}.ndjson${number % 2 === 1 ? '.gz' : ''}`;
      sent.files.push(key);
      await insist(items, (left) => upload(key, left));
    },
  };
}

/** Of `POST /orders`. */
interface Answer {
  accepted?: unknown[];
  rejected?: { errors: { code: string }[] }[];
}
