import { readFile } from 'node:fs/promises';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { AccessSettings } from '../../local/iam/create-access.ts';
import { openEmbeddedPipeline } from '../../operations/pipeline/open-pipeline.ts';
import { createStatusReader } from '../../operations/status/create-status-reader.ts';
import { runOrders } from '../cli/orders/run-orders.ts';
import { seedOrder } from '../order/seed-order.ts';
import { startTestCloud, type TestCloud } from './start-test-cloud.ts';

const PARAMS = { shipping: 'off', sales: 'off' };

/** Takes the right to publish away from the consumer. */
const forbidPublish = ({ roles, ...settings }: AccessSettings): AccessSettings => ({
  ...settings,
  roles: roles.map((role) => ({
    ...role,
    policies: role.policies.map(({ place, document }) => {
      const { Statement, ...rest } = document as { Statement: { Action: string[] }[] };
      const kept = Statement.filter(({ Action }) => !Action.includes('sns:Publish'));
      return { place, document: { ...rest, Statement: kept } };
    }),
  })),
});

const sendAs = (cloud: TestCloud, accessKeyId: string) => {
  const credentials = { accessKeyId, secretAccessKey: 'any' };
  const client = new SQSClient({
    endpoint: cloud.output('AwsEndpointUrl'),
    region: 'us-east-1',
    credentials,
  });
  const QueueUrl = cloud.output('OrderQueueUrl');
  return client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(seedOrder) }));
};

describe('the embedded cloud', { timeout: 120_000 }, () => {
  it('refuses what a role may not do: the function, its log and the status have the reason', async () => {
    const cloud = await startTestCloud({ params: PARAMS, changeAccess: forbidPublish });
    const pipeline = openEmbeddedPipeline(cloud.outputs);
    try {
      await expect(sendAs(cloud, 'AKIAUNKNOWN')).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
      await sendAs(cloud, 'local');
      const { read } = createStatusReader(pipeline);
      const { denials } = await cloud.until(read, (status) =>
        Boolean(status.denials?.some(({ action }) => action === 'sns:Publish')),
      );
      const reason =
        /^User: arn:aws:sts::000000000000:assumed-role\/\S*consumer\S*\/order-pipeline-local-consumer is not authorized to perform: sns:Publish on resource: \S+:order-pipeline-local-order-events because no identity-based policy allows the sns:Publish action$/;
      expect(denials).toMatchObject([{ action: 'sns:Publish', message: expect.stringMatching(reason) }]);
      await cloud.until(
        () => readFile(cloud.log.file, 'utf8'),
        (log) => log.includes('"reasons":{"AuthorizationErrorException":1}'),
      );
      const { stdout } = await runOrders(cloud.localDirectory, ['status']);
      expect(stdout).toMatch(/^ {2}denied \d+× {2}User: .* is not authorized to perform: sns:Publish/m);
    } finally {
      await pipeline.close();
      await cloud.stop();
    }
  });

  it('allows everything to everyone without IAM', async () => {
    const cloud = await startTestCloud({ params: PARAMS, changeAccess: forbidPublish, iam: false });
    try {
      await sendAs(cloud, 'AKIAUNKNOWN');
      await cloud.until(
        () => cloud.depth('MailboxQueueUrl'),
        (depth) => depth === 1,
      );
      expect(await cloud.usage()).toEqual([]);
    } finally {
      await cloud.stop();
    }
  });
});
