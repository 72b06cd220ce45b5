import { expect, onTestFinished, test } from 'vitest';
import { openMemoryStorage } from '../../../local/aws-services/storage.ts';
import type { Principal } from '../../../local/iam/access.ts';
import { MAPPING_ACTIONS } from '../../../local/iam/actions.ts';
import { createQueueReader } from '../../../local/lambda/queue-reader.ts';
import { Sqs } from '../../../local/sqs/sqs.ts';
import { arn } from '../../../local/stack/account.ts';
import { ENDPOINT } from '../client-of-service.ts';
import { accessWith, KEY_ARN, KEY_ID, notAllowed, type TestStatement } from './test-access.ts';

const ORDERS = arn('sqs', 'orders');
const principal: Principal = { kind: 'role', roleName: 'consumer', sessionName: 'worker-1' };
const { signal } = new AbortController();

/** Creates a reader of a queue with one message, for a role with these rights. */
function open(rights: TestStatement[], attributes: Record<string, string> = {}) {
  const sqs = new Sqs({ storage: openMemoryStorage(), endpoint: ENDPOINT });
  onTestFinished(() => sqs.stop());
  const queue = sqs.createQueue('orders', attributes);
  queue.send({ body: 'a' });
  return { queue, reader: createQueueReader(queue, { access: accessWith(...rights), principal }) };
}

test('an event source mapping reads and deletes with the rights of its function', async () => {
  const { queue, reader } = open([{ Action: MAPPING_ACTIONS, Resource: ORDERS }]);
  const [record] = await reader.receive(10, 0, signal);
  await reader.delete([record?.receiptHandle ?? '']);
  expect(queue.totals.deleted).toBe(1);
});

test.each(MAPPING_ACTIONS)(
  'it receives nothing without %s, and the message stays visible',
  async (missing) => {
    const others = MAPPING_ACTIONS.filter((action) => action !== missing);
    const { queue, reader } = open([{ Action: others, Resource: ORDERS }]);
    await expect(reader.receive(10, 0, signal)).rejects.toThrow(notAllowed(missing, ORDERS));
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 0 });
  },
);

test('it needs the right to decrypt the messages of an encrypted queue', async () => {
  const rights = [{ Action: MAPPING_ACTIONS, Resource: ORDERS }];
  const { reader } = open(rights, { KmsMasterKeyId: KEY_ID });
  await expect(reader.receive(10, 0, signal)).rejects.toThrow(notAllowed('kms:Decrypt', KEY_ARN));
  const mayDecrypt = { Action: 'kms:Decrypt', Resource: KEY_ARN };
  const allowed = open([...rights, mayDecrypt], { KmsMasterKeyId: KEY_ID });
  expect(await allowed.reader.receive(10, 0, signal)).toHaveLength(1);
});
