import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type MessagePort, workerData } from 'node:worker_threads';
import type { InspectedFunction, Inspection } from '../../operations/status/inspection.ts';
import { connect, serve } from '../thread-rpc.ts';
import { addBucketNotifications } from './bucket-notifications.ts';
import {
  type EmailSubscriptions,
  openEmailSubscriptions,
  SUBSCRIPTION_ACTIONS,
} from './email-subscriptions.ts';
import {
  ACCOUNT_ID,
  buildApp,
  type FauxqsApp,
  type QueryForm,
  REGION,
  S3Store,
  SnsRouter,
  SnsStore,
  SqsStore,
} from './fauxqs.ts';
import { addInspectionRoutes } from './inspection-routes.ts';
import { addInvokeRoute, type InvokeFunction } from './invoke-route.ts';
import { type Mailbox, type MailCounts, openMailbox } from './mailbox.ts';
import { addMappingRoutes, type MappingCalls } from './mapping-routes.ts';
import { mendQueues } from './mend-queues.ts';
import { watchAges } from './message-ages.ts';
import { countMessages } from './message-counts.ts';
import { openPersistence, type Persistence } from './persistence.ts';
import { createPublishActions } from './publish-actions.ts';
import { refuseQuerySqs } from './refuse-query-sqs.ts';

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
}

/** Maximum object size in SQLite. S3 accepts up to 5 GB in a PutObject. */
const MAX_OBJECT_BYTES = 1_000_000_000;

const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
const { sqsStore, snsStore } = stores;
const port = workerData as MessagePort;
const app = buildApp({ logger: false, defaultRegion: REGION, stores });
const since = new Date().toISOString();
let mailbox: Mailbox;
/** Confirmations of earlier runs in the mailbox at the start. */
let confirmedBefore = 0;
let emailSubscriptions: EmailSubscriptions;
let persistence: Persistence | undefined;

const messageCounts = countMessages(sqsStore);
const putBucketNotification = addBucketNotifications(app, stores);
mendQueues(app, sqsStore);
const ages = watchAges();
const ask = connect<Pick<FunctionCalls, keyof FunctionCalls>>(port);
addInvokeRoute(app, (...args) => ask('invoke', ...args));
addMappingRoutes(app, {
  listMappings: () => ask('listMappings'),
  updateMapping: (...args) => ask('updateMapping', ...args),
});
addInspectionRoutes(app, inspect, (choice) => mailbox.list(choice));
takeBigObjects(app);
refuseQuerySqs(app);
takeSnsActions(app);
serveOneRegion(app);
// Registered last, so that it runs after every hook that writes.
app.addHook('onSend', ({ raw }, _reply, _payload, done) => {
  try {
    persistence?.commit();
    done();
  } catch (error) {
    // Ends the thread, because memory and disk now differ.
    setImmediate(() => {
      throw error;
    });
    raw.destroy();
  }
});

async function start({ port, mailboxQueueName, dataDir }: WorkerOptions): Promise<{ endpoint: string }> {
  // `then` runs before the first connection is read, so no request is answered before the stores are loaded.
  const opened = once(app.server, 'listening').then(() => {
    const endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    const queueUrl = (name: string) => `${endpoint}/${ACCOUNT_ID}/${name}`;
    sqsStore.buildQueueUrl = queueUrl;
    if (dataDir !== undefined) persistence = openPersistence(dataDir, endpoint, stores);
    ages.takeIn(sqsStore.allQueues());
    mailbox = openMailbox(sqsStore, mailboxQueueName, queueUrl(mailboxQueueName));
    confirmedBefore = mailbox.counts().mails;
    emailSubscriptions = openEmailSubscriptions(
      snsStore,
      sqsStore,
      persistence?.unsubscribed ?? new Set(),
      mailbox.put,
    );
    persistence?.commit();
    return { endpoint };
  });
  const [started] = await Promise.all([opened, app.listen({ port, host: '127.0.0.1' })]);
  return started;
}

async function inspect(): Promise<Inspection> {
  const functions = await ask('functionCounts');
  const now = Date.now() / 1_000;
  const queues = Array.from(sqsStore.allQueues(), (queue) => {
    const { taken = 0, deleted = 0 } = messageCounts.get(queue.name) ?? {};
    const oldest = ages.oldest(queue);
    const oldestSeconds = oldest === undefined ? null : Math.max(0, Math.floor(now - oldest));
    return [queue.name, { taken, deleted, oldestSeconds }] as const;
  });
  const confirmed = mailbox.counts().mails - confirmedBefore;
  return { since, queues: Object.fromEntries(queues), functions, confirmed };
}

async function stop(): Promise<void> {
  await app.close();
  persistence?.close();
}

function takeBigObjects(app: FauxqsApp): void {
  app.removeContentTypeParser('*');
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_OBJECT_BYTES }, (_request, body, done) =>
    done(null, body),
  );
}

function takeSnsActions(app: FauxqsApp): void {
  const router = new SnsRouter(snsStore, sqsStore);
  const publishes = createPublishActions(snsStore, sqsStore, (message) =>
    mailbox.deliver(message, emailSubscriptions.readersOf(message)),
  );
  for (const [action, handle] of Object.entries(publishes)) router.register(action, handle);
  for (const action of SUBSCRIPTION_ACTIONS) {
    router.register(action, (form) => emailSubscriptions.act(action, form));
  }
  const taken = new Set<string>([...Object.keys(publishes), ...SUBSCRIPTION_ACTIONS]);
  app.addHook('preHandler', (request, reply, done) => {
    const action = request.routeOptions.url === '/' && (request.body as Partial<QueryForm> | null)?.Action;
    if (!action || !taken.has(action)) return done();
    router.handle(request, reply).then((answer) => reply.send(answer), done);
  });
}

/** Serves the same queues to clients of any region. fauxqs keeps separate queues for each region that a client signs for. */
function serveOneRegion(app: FauxqsApp): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    delete raw.headers.authorization;
    done();
  });
}

const handlers = {
  start,
  stop,
  putBucketNotification(...args: Parameters<typeof putBucketNotification>) {
    putBucketNotification(...args);
    persistence?.commit();
  },
  counts: (): ServiceCounts => ({
    ...mailbox.counts(),
    queued: Object.fromEntries(Array.from(messageCounts, ([name, { taken }]) => [name, taken])),
  }),
};
export type WorkerCalls = typeof handlers;
serve(port, handlers);
