import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createQueue } from '../lib/aws/queue.ts';
import { allEnded } from '../program/all-ended.ts';
import type { Item, Journal, Parcel } from './journal.ts';
import type { Cloud } from './start-cloud.ts';

export interface SenderOptions {
  /** Asked before each attempt: a cloud that was restarted has other ports. */
  current: () => Pick<Cloud, 'pipeline' | 'apiUrl'>;
  journal: Journal;
  /** Ms after which a parcel that is not accepted counts as refused for good. */
  patience: number;
  /** Ends all attempts. */
  signal?: AbortSignal;
}

/** Sends a parcel until all of it is accepted. @throws Error if that takes longer than the sender's patience */
export type Send = (parcel: Parcel) => Promise<void>;

/** Ms until a client tries again. */
const RETRY_MS = 500;

/** Creates a sender for all ways in: as any SQS client, an HTTP client, an upload. It notes in the journal what it sends. */
export function createSender({ current, journal, patience, signal }: SenderOptions): Send {
  async function toQueue(items: readonly Item[]): Promise<readonly Item[]> {
    const { clients, queues } = current().pipeline;
    const url = queues.find(({ name }) => name === 'order')?.url ?? '';
    const messages = items.map(({ text }) => ({ body: text }));
    const { outcomes } = await createQueue(clients.sqs, url).send(messages);
    return items.filter((_item, index) => !outcomes[index]?.ok);
  }

  async function post(items: readonly Item[]): Promise<readonly Item[]> {
    const response = await fetch(`${current().apiUrl}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `[${items.map(({ text }) => text).join(',')}]`,
    });
    const { accepted = [], rejected = [] } = (await response.json()) as PostAnswer;
    const refused = rejected.filter(({ errors }) => errors.every(({ code }) => code !== 'not_queued'));
    if (accepted.length + refused.length < items.length) return items;
    journal.refused(refused.length);
    return [];
  }

  async function upload(key: string, content: Buffer): Promise<readonly Item[]> {
    const { clients, uploadBucket } = current().pipeline;
    await clients.s3.send(new PutObjectCommand({ Bucket: uploadBucket, Key: key, Body: content }));
    return [];
  }

  return async (parcel) => {
    journal.sent(parcel);
    let left = parcel.items;
    await insist(
      parcel.entry,
      async () => {
        if (parcel.entry === 'file') left = await upload(parcel.key, parcel.content);
        else left = await (parcel.entry === 'queue' ? toQueue(left) : post(left));
        return left.length === 0;
      },
      { patience, onRetry: journal.resent, ...(signal && { signal }) },
    );
  };
}

/**
 * Sends what each lane yields, when it yields it; lanes run side by side.
 *
 * @param waits whether a lane waits for each parcel: otherwise a parcel that is late does not hold up those behind it
 * @throws Error if a parcel is refused for good; its lane ends there
 */
export async function sendLoad(
  lanes: readonly (AsyncIterable<Parcel> | Iterable<Parcel>)[],
  send: Send,
  { waits }: { waits: boolean },
): Promise<void> {
  async function sendLane(lane: AsyncIterable<Parcel> | Iterable<Parcel>): Promise<void> {
    const sending = new Set<Promise<void>>();
    const failures: unknown[] = [];
    for await (const parcel of lane) {
      const done: Promise<void> = send(parcel)
        .catch((error) => void failures.push(error))
        .finally(() => sending.delete(done));
      sending.add(done);
      if (waits) await done;
      if (failures.length > 0) break;
    }
    await Promise.all(sending);
    if (failures.length > 0) throw failures[0];
  }
  await allEnded(lanes.map(sendLane));
}

/**
 * Tries until it has worked.
 *
 * @param what names it in the error
 * @param attempt returns whether it has worked; an error means that it has not
 * @throws Error with the last one as its cause, if it has not worked within `patience` ms
 */
export async function insist(
  what: string,
  attempt: () => Promise<boolean>,
  { patience, signal, onRetry }: { patience: number; signal?: AbortSignal; onRetry?: () => void },
): Promise<void> {
  const deadline = Date.now() + patience;
  while (!signal?.aborted) {
    let last: unknown;
    try {
      if (await attempt()) return;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(`${what}: must be accepted within ${patience / 1_000} s, was refused until then`, {
        cause: last,
      });
    onRetry?.();
    await sleep(RETRY_MS);
  }
}

/** The answer of `POST /orders`. */
interface PostAnswer {
  accepted?: unknown[];
  rejected?: { errors: { code: string }[] }[];
}
