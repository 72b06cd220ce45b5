import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createQueue } from '../../lib/aws/queue.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import type { Load } from './make-load.ts';
import type { RunningPipeline } from './start-pipeline.ts';

/** Ms between two requests: the load is still coming in while things go wrong. */
const PAUSE = 60;

/** Sends a load by all ways in, each of them until it is taken, as clients do that want to be sure. */
export async function sendLoad(load: Load, pipeline: RunningPipeline): Promise<void> {
  const { bodies, requests, files, unreadable } = load;
  await Promise.all([sendBodies(bodies), postRequests(requests), upload([...files, unreadable])]);

  async function sendBodies(all: readonly string[]): Promise<void> {
    for (const batch of chunk(all, { maxEntries: 10 })) {
      await persistently(async () => {
        const { clients, queues } = pipeline.current();
        const url = queues.find(({ name }) => name === 'order')?.url ?? '';
        const messages = batch.map((body, index) => ({ id: String(index), body, attributes: {} }));
        const { outcomes } = await createQueue(clients.sqs, url).send(messages);
        return outcomes.every(({ ok }) => ok);
      });
      await sleep(PAUSE);
    }
  }

  async function postRequests(all: readonly string[]): Promise<void> {
    for (const body of all) {
      await persistently(async () => {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`${pipeline.apiUrl()}/orders`, { method: 'POST', body, headers });
        const { accepted = [] } = (await response.json()) as { accepted?: unknown[] };
        return response.status === 202 && accepted.length === JSON.parse(body).length;
      });
      await sleep(10 * PAUSE);
    }
  }

  async function upload(all: readonly { key: string; content: Buffer }[]): Promise<void> {
    for (const { key, content } of all) {
      await persistently(async () => {
        const { clients, uploadBucket } = pipeline.current();
        await clients.s3.send(new PutObjectCommand({ Bucket: uploadBucket, Key: key, Body: content }));
        return true;
      });
      await sleep(10 * PAUSE);
    }
  }
}

/** Tries until it has worked, for four minutes at most. */
export async function persistently(attempt: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 240_000;
  for (let last: unknown; ; ) {
    try {
      if (await attempt()) return;
      last = new Error('not taken');
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error('has not worked for four minutes', { cause: last });
    await sleep(200);
  }
}
