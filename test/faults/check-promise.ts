import { GetObjectCommand } from '@aws-sdk/client-s3';
import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { listDeadLetters } from '../../operations/dead-letters/list-dead-letters.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import type { Load } from './make-load.ts';
import type { Observer } from './observer.ts';

/** What a run has come to. */
export interface Outcome {
  /** Each part of the promise that was broken, in words; empty where it was kept. */
  broken: string[];
  /** Confirmations of an order that had one before. */
  repeats: number;
  /** Messages of the order queue that were received, each counted once. */
  received: number;
  /** Of those, handled without confirming an order for the first time. */
  duplicates: number;
  deadLettered: number;
}

/** Holds what there is at the end against what was sent. */
export async function checkPromise(
  pipeline: Pipeline,
  load: Load,
  { received, handled, repeatedAfterMark }: Observer,
  redriven: readonly string[],
): Promise<Outcome> {
  const broken: string[] = [];
  function expect(what: string, found: unknown, expected: unknown): void {
    const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
    if (left !== right) broken.push(`${what}: must be ${shorten(right)}, is ${shorten(left)}`);
  }
  const sameIds = (what: string, found: readonly string[]) => {
    const ids = new Set(found);
    const missing = load.valid.filter((id) => !ids.has(id));
    const known = new Set(load.valid);
    expect(`orders that are not ${what}`, missing, []);
    expect(
      `${what}, and no orders of ours`,
      [...ids].filter((id) => !known.has(id)),
      [],
    );
  };

  const mails = await takeMails(pipeline);
  sameIds('confirmed', mails);
  const repeats = mails.length - new Set(mails).size;
  expect('orders published again after their mark', repeatedAfterMark, []);

  for (const table of ['shipments', 'sales'] as const) {
    const rows = await pipeline.shippingDatabase?.query(`SELECT order_id FROM ${table}`);
    const ids = (rows ?? []).map(({ order_id }) => String(order_id));
    sameIds(`in ${table}`, ids);
    expect(`rows in ${table}`, ids.length, load.valid.length);
  }
  expect('products whose stock is wrong', await pipeline.shippingDatabase?.query(WRONG_STOCK), []);

  const dead = await listDeadLetters(pipeline, 'order');
  const invalid = new Set(dead.letters.map(({ body }) => body));
  expect('bodies in the order queue’s DLQ', [...invalid].sort(), load.invalid.toSorted());
  for (const name of ['shipping', 'analytics'] as const) {
    expect(`messages in the ${name} queue’s DLQ`, (await listDeadLetters(pipeline, name)).letters.length, 0);
  }
  const uploads = (await listDeadLetters(pipeline, 'upload')).letters.map(({ body }) => body);
  expect('unreadable files in the upload queue’s DLQ', uploads.some(isAbout(load.unreadable.key)), true);
  expect(
    'other files there',
    uploads.filter((body) => !isAbout(load.unreadable.key)(body)),
    [],
  );

  for (const { key, rows, rejected } of load.files) {
    const receipt = JSON.parse(await readResult(pipeline, `${key}.receipt.json`));
    const expected = { status: 'ingested', rows, sent: rows - rejected.length, rejected: rejected.length };
    const { status, rows: read, sent, rejected: refused } = receipt;
    expect(`receipt of ${key}`, { status, rows: read, sent, rejected: refused }, expected);
    const lines = (await readResult(pipeline, `${key}.rejected.ndjson`)).trim().split('\n');
    expect(
      `rejected rows of ${key}`,
      lines.map((line) => JSON.parse(line).raw),
      rejected,
    );
  }

  // Handled or dead-lettered; a dead letter that was sent back is another message from then on.
  const deadLetters = new Set([...dead.letters.map(({ id }) => id), ...redriven]);
  const unhandled = [...received].filter((id) => !handled.has(id));
  expect(
    'messages that have vanished',
    unhandled.filter((id) => !deadLetters.has(id)),
    [],
  );
  const duplicates = received.size - unhandled.length - load.valid.length;
  if (duplicates < 0)
    broken.push(`messages handled: must be one for each order at least, ${-duplicates} lack`);
  return { broken, repeats, received: received.size, duplicates, deadLettered: unhandled.length };
}

const isAbout = (key: string) => (body: string) => body.includes(`"key":"${key}"`);
const shorten = (text = 'nothing') => (text.length > 300 ? `${text.slice(0, 300)}…` : text);

/** Stock that does not follow from restocks and shipments, or lies idle while an order waits for it. */
const WRONG_STOCK = `
  SELECT i.product_id FROM inventory i
  LEFT JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS restocked FROM restocks r
    WHERE r.product_id = i.product_id) r ON true
  LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE status = 'scheduled') AS scheduled,
    count(*) FILTER (WHERE status = 'backordered') AS backordered FROM shipments s
    WHERE s.product_id = i.product_id) s ON true
  WHERE i.stock <> r.restocked - s.scheduled OR (i.stock > 0 AND s.backordered > 0)`;

async function readResult({ clients, resultsBucket }: Pipeline, Key: string): Promise<string> {
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: resultsBucket, Key }));
  return (await Body?.transformToString()) ?? '';
}

/** Ids of the orders of all e-mails, which are taken out of the mailbox. */
async function takeMails({ clients, queues }: Pipeline): Promise<string[]> {
  const mailbox = queues[0]?.url.replace(/[^/]+$/, 'mailbox');
  const ids: string[] = [];
  for (;;) {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: mailbox, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    if (Messages.length === 0) return ids;
    ids.push(...Messages.map(({ Body = '' }) => JSON.parse(Body).order_id as string));
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: mailbox, Entries }));
  }
}
