import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { chunk } from '../../../../lib/batch/chunk.ts';
import { generateOrders } from '../../../../lib/produce/generator.ts';
import type { DeadLetter, DeadLetterGroup } from '../../../../operations/dead-letters/dead-letter.ts';
import {
  type DeadLetterList,
  listDeadLetters,
} from '../../../../operations/dead-letters/list-dead-letters.ts';
import { openEmbeddedPipeline } from '../../../../operations/pipeline/open-pipeline.ts';
import type { Pipeline } from '../../../../operations/pipeline/pipeline.ts';
import type { QueueName } from '../../../../topology.ts';
import { seedOrder } from '../../../order/seed-order.ts';
import { startTestCloud, type TestCloud } from '../../../pipeline/start-test-cloud.ts';
import { type OrdersRun, type RunOptions, runOnTerminal, runOrders } from '../run-orders.ts';

// Each test runs several processes, and each takes seconds to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let cloud: TestCloud;
let pipeline: Pipeline;
beforeAll(async () => {
  cloud = await startTestCloud({ params: { sales: 'off' } });
  pipeline = openEmbeddedPipeline(cloud.outputs);
});
afterAll(async () => {
  await pipeline.close();
  await cloud.stop();
});
beforeEach(async () => {
  for (const queue of ['OrderQueueDLQUrl', 'ShippingQueueDLQUrl', 'MailboxQueueUrl'])
    await cloud.drainQueue(queue);
});

const orders = (args: readonly string[], options?: RunOptions) =>
  runOrders(cloud.localDirectory, ['dlq', ...args], options);
const onTerminal = (args: readonly string[], options: RunOptions) =>
  runOnTerminal(cloud.localDirectory, ['dlq', ...args], options);

interface Listed {
  queue: string;
  seen: number;
  hidden: number;
  groups: (DeadLetterGroup & { example: string[] })[];
  letters: DeadLetter[];
}
const json = <Data>({ stdout }: OrdersRun): Data => JSON.parse(stdout) as Data;

async function list(...args: string[]): Promise<Listed> {
  const run = await orders(['list', ...args, '--json']);
  expect(run).toMatchObject({ exit: 0, stderr: '' });
  const [first] = json<Listed[]>(run);
  if (!first) throw new Error('no queue was listed');
  return first;
}
const look = (queue: QueueName) => listDeadLetters(pipeline, queue);
const countsOf = ({ groups }: Pick<Listed, 'groups'> | DeadLetterList) =>
  Object.fromEntries(groups.map(({ reason, count }) => [reason.code, count]));

const untilHolds = (queue: string, count: number) =>
  cloud.until(
    () => cloud.depth(queue),
    (depth) => depth >= count,
  );

async function visible(queue: string): Promise<number> {
  const { Attributes = {} } = await cloud.clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: cloud.output(queue), AttributeNames: ['All'] }),
  );
  return Number(Attributes.ApproximateNumberOfMessages);
}

async function sendWith(
  MessageAttributes: Record<string, MessageAttributeValue>,
  bodies: readonly string[],
  queue: string,
): Promise<void> {
  for (const batch of chunk(bodies, { maxEntries: 10 })) {
    const Entries = batch.map((MessageBody, index) => ({ Id: `${index}`, MessageBody, MessageAttributes }));
    await cloud.clients.sqs.send(new SendMessageBatchCommand({ QueueUrl: cloud.output(queue), Entries }));
  }
}

/** Returns body and attributes of the messages in a queue, which are made visible again. */
async function peek(queue: string): Promise<Pick<Message, 'Body' | 'MessageAttributes'>[]> {
  const QueueUrl = cloud.output(queue);
  const found: Message[] = [];
  for (;;) {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await cloud.clients.sqs.send(command);
    if (Messages.length === 0) break;
    found.push(...Messages);
  }
  for (const batch of chunk(found, { maxEntries: 10 })) {
    const Entries = batch.map(({ ReceiptHandle }, index) => ({
      Id: `${index}`,
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await cloud.clients.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
  return found
    .map(({ Body, MessageAttributes }) => ({ Body, MessageAttributes }))
    .sort((one, other) => ((one.Body ?? '') < (other.Body ?? '') ? -1 : 1));
}

const ATTRIBUTES: Record<string, MessageAttributeValue> = {
  source: { DataType: 'String', StringValue: 'till 7' },
  weight: { DataType: 'Number.float', StringValue: '1.50' },
  token: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 10, 27]) },
};

describe('twenty invalid orders of four kinds', () => {
  const order = (order_id: string, changed: object) => JSON.stringify({ ...seedOrder, order_id, ...changed });
  const ids = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  const negative = ids('negative', 8);
  const nameless = ids('nameless', 5);
  const unreachable = ids('unreachable', 4);
  const bodies = [
    ...negative.map((id, index) => order(id, { price: -1 - index })),
    ...nameless.map((id) => order(id, { product_name: undefined })),
    ...unreachable.map((id, index) => order(id, { email_id: `nobody-${index}` })),
    ...ids('not JSON', 3),
  ];
  const CODES = {
    'price:too_small': 8,
    'product_name:missing': 5,
    'email_id:invalid_format': 4,
    not_json: 3,
  };

  it('are listed by reason, and redrive --reason --set confirms one kind and leaves the others unchanged', async () => {
    await sendWith(ATTRIBUTES, bodies, 'OrderQueueUrl');
    await untilHolds('OrderQueueDLQUrl', 20);

    const listed = await list('order');
    expect(countsOf(listed)).toEqual(CODES);
    expect(listed).toMatchObject({ queue: 'order', seen: 20, hidden: 0 });
    expect(listed.letters.length).toBe(20);
    expect(listed.groups[0]).toMatchObject({
      reason: { text: 'price must be a finite JSON number of at least 0' },
      example: [expect.stringMatching(/^price must be a finite JSON number of at least 0, received -\d$/)],
    });

    const redriven = await orders([
      'redrive',
      'order',
      '--reason',
      'price:too_small',
      '--set',
      'price=3',
      '--json',
    ]);
    expect(redriven).toMatchObject({ exit: 0, stderr: '' });
    expect(json(redriven)).toEqual({
      queue: 'order',
      seen: 20,
      matched: 8,
      sent: 8,
      failures: [],
      dryRun: false,
    });
    await untilHolds('MailboxQueueUrl', 8);
    await cloud.drained();
    const mails = await cloud.takeMails();
    expect(mails.map(({ order_id }) => order_id).sort()).toEqual(negative);
    expect(mails.every(({ message }) => message.includes('3.00'))).toBe(true);

    const others = bodies.slice(8).sort();
    expect(await peek('OrderQueueDLQUrl')).toEqual(
      others.map((Body) => ({ Body, MessageAttributes: ATTRIBUTES })),
    );
  });

  it('are corrected by message id with edit --set and with edit --body', async () => {
    await cloud.send(bodies, 'OrderQueueDLQUrl');
    const { letters } = await look('order');
    const chosen = letters.filter(({ reason }) => reason.code === 'product_name:missing').map(({ id }) => id);
    const edited = await orders(['edit', ...chosen, '--set', 'product_name=42', '--json']);
    expect(json(edited)).toEqual({ sent: chosen, failures: [] });

    const notJson = letters.find(({ reason }) => reason.code === 'not_json');
    const refused = await orders(['edit', notJson?.id ?? '', '--body', '-'], {
      input: order('own', { price: '3' }),
    });
    expect(refused).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('price must be') });
    const replaced = await orders(['edit', notJson?.id ?? '', '--body', '-'], { input: order('own', {}) });
    expect(replaced).toEqual({ exit: 0, stdout: '1 of 1 messages corrected and sent back.\n', stderr: '' });

    await untilHolds('MailboxQueueUrl', 6);
    await cloud.drained();
    const mails = await cloud.takeMails();
    expect(mails.map(({ order_id }) => order_id).sort()).toEqual([...nameless, 'own'].sort());
    expect(countsOf(await look('order'))).toEqual({
      ...CODES,
      'product_name:missing': undefined,
      not_json: 2,
    });
  });

  it('stay in the dead-letter queue with --dry-run, or if they are still invalid after --set', async () => {
    await cloud.send(bodies, 'OrderQueueDLQUrl');
    const dryRun = await orders(['redrive', 'order', '--dry-run', '--set', 'price=3', '--json']);
    expect(dryRun.exit).toBe(1);
    expect(json(dryRun)).toMatchObject({ matched: 20, sent: 0, dryRun: true });
    expect(json<{ failures: [] }>(dryRun).failures.length).toBe(12);

    const stillInvalid = await orders(['redrive', 'order', '--order', 'negative-3', '--set', 'price=dear']);
    expect(stillInvalid).toMatchObject({ exit: 1, stdout: expect.stringContaining('received "dear"') });
    const misspelt = await orders(['redrive', 'order', '--all', '--set', 'prize=3']);
    expect(misspelt).toMatchObject({ exit: 2, stderr: expect.stringContaining('received "prize=3"') });
    const unknown = await orders(['redrive', 'order', '--order', 'unknown-1']);
    expect(unknown).toMatchObject({
      exit: 1,
      stdout: expect.stringContaining('unknown-1  not found: the message was deleted'),
    });
    const unchosen = await orders(['redrive', 'order']);
    expect(unchosen).toMatchObject({ exit: 2, stderr: expect.stringContaining('--all') });
    expect(countsOf(await look('order'))).toEqual(CODES);
  });
});

describe('dead letters of other queues', () => {
  it('are listed with the error of the receipt if an order file could not be read', async () => {
    const put = new PutObjectCommand({
      Bucket: cloud.output('UploadBucketName'),
      Key: 'broken \u001b[31m.ndjson.gz',
      Body: Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]),
    });
    await cloud.clients.s3.send(put);
    await untilHolds('UploadQueueDLQUrl', 1);
    const { groups, letters } = await list('upload');
    expect(groups).toMatchObject([
      { count: 1, reason: { code: 'bad_gzip', text: 'the file is not valid gzip data' } },
    ]);
    expect(letters[0]?.errors).toEqual([
      expect.stringMatching(/^broken \\u\{1b\}\[31m\.ndjson\.gz: must be valid gzip data/),
    ]);
  });

  it("are listed with the path of an event's invalid field, which redrive --set corrects", async () => {
    const event = {
      event: 'OrderConfirmed',
      order: { ...seedOrder, order_id: 'ship-1', price: -3 },
      confirmed_at: 1,
    };
    await cloud.send([JSON.stringify(event)], 'ShippingQueueUrl');
    await untilHolds('ShippingQueueDLQUrl', 1);
    const { groups, letters } = await look('shipping');
    expect(groups.map(({ reason }) => reason)).toEqual([
      { code: 'order.price:too_small', text: 'order.price must be a finite JSON number of at least 0' },
    ]);
    expect(letters).toMatchObject([{ order_id: 'ship-1', errors: [expect.stringContaining('received -3')] }]);

    const redriven = await orders(['redrive', 'shipping', '--order', 'ship-1', '--set', 'order.price=3']);
    expect(redriven.exit).toBe(0);
    await cloud.until(
      () => cloud.query("SELECT 1 FROM shipments WHERE order_id = 'ship-1'"),
      (rows) => rows.length === 1,
    );
    expect(await cloud.depth('ShippingQueueDLQUrl')).toBe(0);
  });
});

it('orders dlq escapes the control characters of a message', async () => {
  const hostile = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202egnp.exe\r';
  await sendWith(
    { note: { DataType: 'String', StringValue: '\u009b2J' } },
    [JSON.stringify({ ...seedOrder, product_name: hostile, [hostile]: 1 }).replaceAll('\\u001b', '\u009b')],
    'OrderQueueDLQUrl',
  );
  const { letters } = await look('order');
  const id = letters[0]?.id ?? '';
  for (const args of [['list'], ['list', '--json'], ['show', id], ['show', id, '--json']]) {
    const { stdout, exit } = await orders(args);
    expect(exit).toBe(0);
    expect(stdout).toContain('gnp.exe');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
});

it('orders dlq lists two thousand dead letters, leaves all of them visible, and purges all of them', async () => {
  const good = Array.from(generateOrders({ count: 1_500, seed: 5 }), (each) => JSON.stringify(each));
  const junk = Array.from({ length: 500 }, (_, index) => `junk ${index}`);
  await cloud.send([...good, ...junk], 'OrderQueueDLQUrl');
  const listed = await list('order', '--limit', '3');
  expect(listed).toMatchObject({ seen: 2_000, hidden: 0 });
  expect(countsOf(listed)).toEqual({ passing: 1_500, not_json: 500 });
  expect(listed.letters.length).toBe(3);
  expect(await visible('OrderQueueDLQUrl')).toBe(2_000);

  const purged = await orders(['purge', 'order', '--yes', '--json']);
  expect(json(purged)).toEqual({ queue: 'order', seen: 2_000, matched: 2_000, deleted: 2_000, failures: [] });
  expect(await cloud.depth('OrderQueueDLQUrl')).toBe(0);
});

it('orders dlq purge asks on a terminal and requires --yes without one', async () => {
  await cloud.send([JSON.stringify(seedOrder), 'junk 1', 'junk 2'], 'OrderQueueDLQUrl');
  const refused = await orders(['purge', 'order']);
  expect(refused).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('--yes') });
  const declined = await onTerminal(['purge', 'order'], { input: 'n\n' });
  expect(declined.stdout).toContain(
    'Permanently delete 3 messages from the dead-letter queue of order? [y/N]',
  );
  expect(declined).toMatchObject({ exit: 1, stdout: expect.stringContaining('Nothing was deleted.') });
  expect(await visible('OrderQueueDLQUrl')).toBe(3);
  const agreed = await onTerminal(['purge', 'order', '--reason', 'not_json'], { input: 'y\n' });
  expect(agreed).toMatchObject({ exit: 0, stdout: expect.stringContaining('2 of 2 messages deleted.') });
  expect(countsOf(await look('order'))).toEqual({ passing: 1 });
});

it('a redrive that is terminated half-way loses no order and confirms none twice', async () => {
  const sent = [...generateOrders({ count: 200, seed: 6 })];
  await cloud.send(
    sent.map((each) => JSON.stringify(each)),
    'OrderQueueDLQUrl',
  );
  await orders(['redrive', 'order', '--all', '--rate', '40'], {
    onStart: (child) => {
      void untilHolds('MailboxQueueUrl', 20).then(() => child.kill('SIGKILL'));
    },
  });
  const left = await cloud.depth('OrderQueueDLQUrl');
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(200);
  await cloud.drained();

  // The messages that it had received become visible again when their visibility timeout ends.
  await cloud.until(
    () => visible('OrderQueueDLQUrl'),
    (count) => count === left,
  );
  const dead = (await peek('OrderQueueDLQUrl')).map(({ Body = '' }) => JSON.parse(Body).order_id as string);
  const confirmed = (await cloud.takeMails()).map(({ order_id }) => order_id);
  expect(new Set([...dead, ...confirmed])).toEqual(new Set(sent.map(({ order_id }) => order_id)));

  const rest = await orders(['redrive', 'order', '--all', '--json']);
  expect(json(rest)).toMatchObject({ matched: left, sent: left });
  await cloud.until(
    () => cloud.depth('MailboxQueueUrl'),
    (count) => count + confirmed.length >= 200,
  );
  await cloud.drained();
  const all = [...confirmed, ...(await cloud.takeMails()).map(({ order_id }) => order_id)];
  expect(all.sort()).toEqual(sent.map(({ order_id }) => order_id).sort());
});

it('a redrive that is interrupted prints how many messages it sent and makes the others visible immediately', async () => {
  const sent = Array.from(generateOrders({ count: 60, seed: 7 }), (each) => JSON.stringify(each));
  await cloud.send(sent, 'OrderQueueDLQUrl');
  const run = await orders(['redrive', 'order', '--all', '--rate', '20'], {
    onStart: (child) => {
      void untilHolds('MailboxQueueUrl', 10).then(() => child.kill('SIGINT'));
    },
  });
  const left = await visible('OrderQueueDLQUrl');
  expect(run).toMatchObject({
    exit: 130,
    stdout: `${60 - left} of 60 messages sent back to the order queue; 60 read.\n`,
  });
  expect(left).toBeGreaterThan(0);
  expect(await cloud.depth('OrderQueueDLQUrl')).toBe(left);
  await cloud.drained();
});

it('orders dlq edit opens a message in an editor, validates what was saved, and sends it when it is valid', async () => {
  await cloud.send([JSON.stringify({ ...seedOrder, order_id: 'edited', price: -5 })], 'OrderQueueDLQUrl');
  const { letters } = await look('order');
  // The first edit changes the price to another invalid one.
  const EDITOR = `sh -c 'grep -q -- "price.: -5" "$1" && sed -i.old s/-5/-6/ "$1" || sed -i.old s/-6/6.50/ "$1"' edit`;
  const run = await onTerminal(['edit', letters[0]?.id ?? ''], { input: 'y\n', env: { EDITOR, VISUAL: '' } });
  expect(run.stdout).toContain('received -6');
  expect(run.stdout).toContain('Edit it again? [Y/n]');
  expect(run).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('1 of 1 messages corrected and sent back.'),
  });
  await untilHolds('MailboxQueueUrl', 1);
  expect(await cloud.takeMails()).toMatchObject([
    { order_id: 'edited', message: expect.stringContaining('6.50') },
  ]);
});
