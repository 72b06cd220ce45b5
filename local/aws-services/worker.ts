import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MessagePort, workerData } from 'node:worker_threads';
import type { DeniedRequest, InspectedFunction, Inspection } from '../../operations/status/inspection.ts';
import type { Principal } from '../iam/access.ts';
import { createThreadAccess } from '../iam/thread-access.ts';
import { createQueueReader, type QueueReader, type QueueRecord } from '../lambda/queue-reader.ts';
import { createLoopbackServer } from '../loopback-server.ts';
import { createS3Service } from '../s3/handle-s3.ts';
import type { TopicNotification } from '../s3/notifications.ts';
import { type OpenedS3, openS3 } from '../s3/open-s3.ts';
import { createSnsService } from '../sns/handle-sns.ts';
import { type Mailbox, type MailCounts, openMailbox } from '../sns/mailbox.ts';
import { type PublishRequest, Sns } from '../sns/sns.ts';
import { createSqsService } from '../sqs/handle-sqs.ts';
import { Sqs } from '../sqs/sqs.ts';
import { connect, serve } from '../thread-rpc.ts';
import { createListener } from './http-server.ts';
import type { InvokeFunction } from './invoke-route.ts';
import type { MappingCalls } from './mapping-routes.ts';
import { routeRequests } from './route-request.ts';
import { openMemoryStorage, openStorage, type Storage } from './storage.ts';

/** Options of the thread's `start` call. */
export interface WorkerOptions {
  port: number;
  mailboxQueueName: string;
  dataDir?: string;
}

/** Totals since the start. Confirmations include those that a data directory already contained. */
export interface ServiceCounts extends MailCounts {
  /** Number of messages that each queue received, by its name. */
  queued: Record<string, number>;
}

/** Calls that the main thread serves. */
export interface FunctionCalls extends MappingCalls {
  invoke: InvokeFunction;
  /** Returns each function's totals since the start. */
  functionCounts(): Promise<Record<string, InspectedFunction>>;
  /** Returns the requests that other threads refused. */
  denials(): Promise<DeniedRequest[]>;
}

/** All calls that the main thread serves. */
export interface MainCalls extends FunctionCalls {
  denied(request: DeniedRequest): void;
}

/** Seconds of SQS's maximum retention, 14 days. */
const MAILBOX_RETENTION = String(14 * 24 * 60 * 60);

const port = workerData as MessagePort;
const ask = connect<Pick<MainCalls, keyof MainCalls>>(port);
const { enforcement, ...threadAccess } = createThreadAccess((request) => {
  // A failed call means that the main thread is gone.
  void ask('denied', request).catch(() => undefined);
});
const since = new Date().toISOString();
let listener: RequestListener;
const server = createLoopbackServer((incoming, outgoing) => listener(incoming, outgoing));

let storage: Storage;
let sqs: Sqs;
let sns: Sns;
let s3: OpenedS3;
let mailbox: Mailbox;
/** Confirmations of earlier runs in the mailbox at the start. */
let confirmedBefore = 0;

async function start({ port, mailboxQueueName, dataDir }: WorkerOptions): Promise<{ endpoint: string }> {
  await once(server.listen(port, '127.0.0.1'), 'listening');
  // No connection is accepted before the services exist, because nothing below waits.
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  storage = dataDir === undefined ? openMemoryStorage() : openStorage(dataDir);
  sqs = new Sqs({ storage, endpoint, enforcement });
  // Created again if a client has deleted it.
  const mailQueue = () =>
    sqs.find(mailboxQueueName) ??
    sqs.createQueue(mailboxQueueName, { MessageRetentionPeriod: MAILBOX_RETENTION });
  mailbox = openMailbox({
    send: (message) => mailQueue().send(message),
    messages: () => mailQueue().messages(),
  });
  confirmedBefore = mailbox.counts().mails;
  sns = new Sns({
    storage,
    findQueue: (arn) => sqs.byArn(arn),
    invoke: (...args) => ask('invoke', ...args),
    mailbox,
    endpoint,
    enforcement,
  });
  const topics = {
    publish: (message: PublishRequest, bucketArn: string) =>
      sns.publishAs({ kind: 'service', service: 's3.amazonaws.com', sourceArn: bucketArn }, message),
    hasTopic: (topicArn: string) => sns.hasTopic(topicArn),
  };
  s3 = openS3(storage, topics, enforcement);
  const service = routeRequests({
    sqs: createSqsService(sqs),
    sns: createSnsService(sns),
    s3: createS3Service(s3),
    invoke: (...args) => ask('invoke', ...args),
    listMappings: () => ask('listMappings'),
    updateMapping: (...args) => ask('updateMapping', ...args),
    enforcement,
    inspect,
    listMails: (choice) => mailbox.list(choice),
  });
  listener = createListener(service, commit, (error) => console.error(error));
  storage.commit();
  return { endpoint };
}

/** A failed commit ends the thread, because memory and disk then differ. */
function commit(): void {
  try {
    storage.commit();
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
    throw error;
  }
}

async function inspect(): Promise<Inspection> {
  const [functions, others] = await Promise.all([ask('functionCounts'), ask('denials')]);
  const denials = [...threadAccess.denials(), ...others].sort((one, other) => one.at - other.at);
  const now = Date.now();
  const queues = Array.from(sqs.queues(), (queue) => {
    const oldest = queue.oldestSentAt();
    const oldestSeconds = oldest === undefined ? null : Math.max(0, Math.floor((now - oldest) / 1_000));
    return [queue.name, { ...queue.totals, oldestSeconds }] as const;
  });
  const confirmed = mailbox.counts().mails - confirmedBefore;
  return { since, queues: Object.fromEntries(queues), functions, confirmed, denials };
}

async function stop(): Promise<void> {
  const closed = once(server.close(), 'close');
  server.closeAllConnections();
  await closed;
  sqs.stop();
  await sns.stop();
  storage.close();
}

/** Pending receives of event source mappings. */
const receives = new Map<number, AbortController>();

function readerOf(queueName: string, principal: Principal | undefined): QueueReader {
  const queue = sqs.find(queueName);
  if (!queue) throw new Error(`queue ${queueName}: does not exist`);
  const { access } = enforcement;
  return createQueueReader(queue, access && principal && { access, principal });
}

const handlers = {
  start,
  stop,
  ...threadAccess,
  putBucketNotification(bucket: string, topics: TopicNotification[]) {
    s3.setBucketNotification(bucket, topics);
    commit();
  },
  counts: (): ServiceCounts => ({
    ...mailbox.counts(),
    queued: Object.fromEntries(Array.from(sqs.queues(), ({ name, totals }) => [name, totals.taken])),
  }),
  /**
   * @param id Identifies the receive for `cancelReceive`.
   * @param principal Role whose rights are checked. Default: none.
   */
  async receive(
    id: number,
    queueName: string,
    max: number,
    waitMs: number,
    principal?: Principal,
  ): Promise<QueueRecord[]> {
    const cancelled = new AbortController();
    receives.set(id, cancelled);
    try {
      const records = await readerOf(queueName, principal).receive(max, waitMs, cancelled.signal);
      commit();
      return records;
    } finally {
      receives.delete(id);
    }
  },
  cancelReceive: (id: number): void => receives.get(id)?.abort(),
  async deleteMessages(
    queueName: string,
    receiptHandles: readonly string[],
    principal?: Principal,
  ): Promise<void> {
    await readerOf(queueName, principal).delete(receiptHandles);
    commit();
  },
};
export type WorkerCalls = typeof handlers;
serve(port, handlers);
