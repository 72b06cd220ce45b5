import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createQueue } from '../lib/aws/queue.ts';
import { allEnded } from '../program/all-ended.ts';
import type { Item, Journal, Submission } from './journal.ts';
import type { Cloud } from './start-cloud.ts';

export interface SenderOptions {
  /** Returns the cloud; called before each attempt, since a restarted cloud has other ports. */
  current: () => Pick<Cloud, 'pipeline' | 'apiUrl'>;
  journal: Journal;
  /** Milliseconds after which a submission that was not accepted fails. */
  timeoutMs: number;
  /** Stops all attempts. */
  signal?: AbortSignal;
}

/** Sends a submission until all of it is accepted. @throws Error if that takes longer than `timeoutMs` */
export type Send = (submission: Submission) => Promise<void>;

/** Milliseconds between two attempts. */
const RETRY_MS = 500;

/** Creates a sender that submits orders through SQS, HTTP or uploads, and records them in the journal. */
export function createSender({ current, journal, timeoutMs, signal }: SenderOptions): Send {
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

  return async (submission) => {
    journal.sent(submission);
    let left = submission.items;
    await retry(
      submission.entry,
      async () => {
        if (submission.entry === 'file') left = await upload(submission.key, submission.content);
        else left = await (submission.entry === 'queue' ? toQueue(left) : post(left));
        return left.length === 0;
      },
      { timeoutMs, onRetry: journal.resent, ...(signal && { signal }) },
    );
  };
}

/**
 * Sends the submissions of several lanes concurrently, each submission as soon as its lane yields it.
 *
 * @param waits Whether a lane waits until a submission is accepted before it continues.
 * @throws Error if a submission fails; its lane ends there, the others continue
 */
export async function sendLoad(
  lanes: readonly (AsyncIterable<Submission> | Iterable<Submission>)[],
  send: Send,
  { waits }: { waits: boolean },
): Promise<void> {
  async function sendLane(lane: AsyncIterable<Submission> | Iterable<Submission>): Promise<void> {
    const sending = new Set<Promise<void>>();
    const failures: unknown[] = [];
    for await (const submission of lane) {
      const done: Promise<void> = send(submission)
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
 * Repeats an attempt until it succeeds.
 *
 * @param what Name of the attempt for the error message.
 * @param attempt Returns whether it succeeded; an error counts as a failed attempt.
 * @throws Error with the last attempt's error as its cause, if no attempt succeeds within `timeoutMs`
 */
export async function retry(
  what: string,
  attempt: () => Promise<boolean>,
  { timeoutMs, signal, onRetry }: { timeoutMs: number; signal?: AbortSignal; onRetry?: () => void },
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!signal?.aborted) {
    let last: unknown;
    try {
      if (await attempt()) return;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(`${what}: not accepted within ${timeoutMs / 1_000} s, all attempts failed`, {
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
