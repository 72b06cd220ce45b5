import { join } from 'node:path';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { generateOrders } from '../../lib/produce/generator.ts';
import { emptyQueue } from '../aws/empty-queue.ts';
import { startTestCloud } from './start-test-cloud.ts';
import { startWorker, type TestWorker } from './start-worker.ts';

/** Visibility timeout of the order queue in the stack, in seconds. */
const VISIBILITY_TIMEOUT = 181;

/** A test cloud in which only workers poll the order queue, unless the test calls `startEvents`. */
export type WorkerCloud = Awaited<ReturnType<typeof startWorkerCloud>>;

export async function startWorkerCloud(shippingAndSales: 'on' | 'off' = 'off') {
  const params = { shipping: shippingAndSales, sales: shippingAndSales };
  const cloud = await startTestCloud({ params, events: false });
  const { sqs } = cloud.clients;
  const settingsOf = (name: string) => join(cloud.localDirectory, 'workers', `${name}.env`);
  const settingsFile = settingsOf('consumer');
  let seed = 0;

  /** Sets the visibility timeout of the order queue. */
  async function setVisibilityTimeout(seconds: number): Promise<void> {
    const QueueUrl = cloud.output('OrderQueueUrl');
    const Attributes = { VisibilityTimeout: String(seconds) };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }

  return {
    ...cloud,
    settingsFile,
    settingsOf,
    setVisibilityTimeout,

    /** Starts a worker that runs the consumer, with a health endpoint. */
    startConsumer(args: readonly string[] = [], environment?: Record<string, string>): TestWorker {
      const settings = ['--function', 'consumer', '--settings', settingsFile, '--health-port', '0'];
      return startWorker([...settings, ...args], environment);
    },

    /** Sends new orders and returns their sorted ids. */
    async sendOrders(count: number): Promise<string[]> {
      const orders = [...generateOrders({ count, seed: ++seed })];
      await cloud.send(orders.map((order) => JSON.stringify(order)));
      return orders.map(({ order_id = '' }) => order_id).sort();
    },

    /** Receives and deletes all e-mails and returns the sorted ids of their orders. */
    async takeConfirmed(): Promise<string[]> {
      const mails = await cloud.takeMails();
      return mails.map(({ order_id }) => order_id).sort();
    },

    /** Waits until the order queue is empty. Without ingest, the bucket's test event stays in the upload queue. */
    async drained(): Promise<void> {
      await cloud.until(
        () => cloud.depth('OrderQueueUrl'),
        (count) => count === 0,
      );
    },

    /** Waits until a worker has confirmed at least this number of orders. */
    async confirms(worker: TestWorker, least: number): Promise<void> {
      await cloud.until(
        async () => worker.sum('OrdersConfirmed'),
        (count) => count >= least,
      );
    },

    /** Empties the queues, including messages in flight, and resets the order queue's visibility timeout. */
    async reset(): Promise<void> {
      await setVisibilityTimeout(VISIBILITY_TIMEOUT);
      for (const name of ['OrderQueueUrl', 'OrderQueueDLQUrl', 'MailboxQueueUrl']) {
        await emptyQueue(sqs, cloud.output(name));
      }
    },
  };
}
