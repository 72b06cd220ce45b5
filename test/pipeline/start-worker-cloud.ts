import { join } from 'node:path';
import { PurgeQueueCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { generateOrders } from '../../lib/produce/generator.ts';
import { startTestCloud } from './start-test-cloud.ts';
import { startWorker, type TestWorker } from './start-worker.ts';

/** As in resources/order-queue.yml. */
const VISIBILITY_TIMEOUT = 181;

/** An order queue from which nothing but workers takes orders, unless the test calls `startEvents`. */
export type WorkerCloud = Awaited<ReturnType<typeof startWorkerCloud>>;

export async function startWorkerCloud(shippingAndSales: 'on' | 'off' = 'off') {
  const params = { shipping: shippingAndSales, sales: shippingAndSales };
  const cloud = await startTestCloud({ params, events: false });
  const { sqs } = cloud.clients;
  const settingsFile = join(cloud.localDirectory, 'worker.env');
  let seed = 0;

  /** Sets for how many seconds the order queue hides what was received. */
  async function hideFor(seconds: number): Promise<void> {
    const QueueUrl = cloud.output('OrderQueueUrl');
    const Attributes = { VisibilityTimeout: String(seconds) };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }

  return {
    ...cloud,
    settingsFile,
    hideFor,

    /** A worker of the consumer, with a health endpoint. */
    startConsumer(args: readonly string[] = [], environment?: Record<string, string>): TestWorker {
      const settings = ['--function', 'consumer', '--settings', settingsFile, '--health-port', '0'];
      return startWorker([...settings, ...args], environment);
    },

    /** Sends orders that nobody has seen before; returns their ids, sorted. */
    async sendOrders(count: number): Promise<string[]> {
      const orders = [...generateOrders({ count, seed: ++seed })];
      await cloud.send(orders.map((order) => JSON.stringify(order)));
      return orders.map(({ order_id = '' }) => order_id).sort();
    },

    /** Takes all e-mails; the ids of their orders, sorted. */
    async takeConfirmed(): Promise<string[]> {
      const mails = await cloud.takeMails();
      return mails.map(({ order_id }) => order_id).sort();
    },

    /** Waits until the order queue is empty; the upload queue never is, where nobody ingests the bucket's test event. */
    async drained(): Promise<void> {
      await cloud.until(
        () => cloud.depth('OrderQueueUrl'),
        (count) => count === 0,
      );
    },

    /** Waits until a worker has confirmed as many orders. */
    async confirms(worker: TestWorker, least: number): Promise<void> {
      await cloud.until(
        async () => worker.sum('OrdersConfirmed'),
        (count) => count >= least,
      );
    },

    /** Empties the queues, messages in flight included, and sets the order queue's own visibility timeout. */
    async reset(): Promise<void> {
      await hideFor(VISIBILITY_TIMEOUT);
      for (const name of ['OrderQueueUrl', 'OrderQueueDLQUrl', 'MailboxQueueUrl']) {
        await sqs.send(new PurgeQueueCommand({ QueueUrl: cloud.output(name) }));
      }
    },
  };
}
