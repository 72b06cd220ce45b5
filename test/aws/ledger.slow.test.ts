import { randomUUID } from 'node:crypto';
import {
  type BatchExecuteStatementCommandOutput,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLedger, type Ledger } from '../../lib/aws/ledger.ts';
import { ServiceError } from '../../lib/errors.ts';
import { provisionTable } from '../../local/dynamodb/provision-table.ts';
import { type EmbeddedDynamoDb, startDynamoDb } from '../../local/dynamodb/start-dynamodb.ts';

const LEASE_MS = 180_000;
const DAY_SECONDS = 24 * 60 * 60;

let dynamoDb: EmbeddedDynamoDb;
let client: DynamoDBClient;
let tableName: string;
let ledger: Ledger;
/** Clock of the ledgers under test, in epoch milliseconds. */
let clock: number;
/** Commands sent by `client`, without retries of the SDK. */
let sent: string[];

beforeAll(async () => {
  dynamoDb = await startDynamoDb({ port: 0 });
});
afterAll(() => dynamoDb.stop());

beforeEach(async () => {
  clock = 1_795_329_424_262;
  client = newClient(dynamoDb.endpoint);
  tableName = `ledger-${randomUUID()}`;
  await createTable(client, tableName);
  sent = [];
  intercept('', (send, _input, commandName) => {
    sent.push(commandName);
    return send();
  });
  ledger = createLedger(client, { tableName, now: () => clock });
});

describe('claim', () => {
  test('claims an absent order for its message', async () => {
    expect(await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS)).toEqual([
      { status: 'claimed', claimedAt: clock },
    ]);
    expect(await itemOf('o-1')).toEqual({
      order_id: { S: 'o-1' },
      status: { S: 'CLAIMED' },
      owner: { S: 'm-1' },
      claim_token: { S: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      claimed_at: { N: String(clock) },
      lease_until: { N: String(clock + LEASE_MS) },
      expires_at: { N: String(Math.ceil((clock + LEASE_MS) / 1_000) + 30 * DAY_SECONDS) },
    });
  });

  test('is busy for another delivery of the same message during the lease', async () => {
    await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS);
    const leaseUntil = clock + LEASE_MS;
    clock = leaseUntil - 1;
    const before = await itemOf('o-1');
    expect(await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS)).toEqual([
      { status: 'busy', owner: 'm-1', leaseUntil },
    ]);
    expect(await itemOf('o-1')).toEqual(before);
  });

  test('renews the lease for the same message after it has expired, and keeps the time of the first claim', async () => {
    const first = clock;
    await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS);
    clock += LEASE_MS;
    expect(await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS)).toEqual([
      { status: 'claimed', claimedAt: first },
    ]);
    expect((await itemOf('o-1'))?.lease_until).toEqual({ N: String(clock + LEASE_MS) });
  });

  test('is busy for another message until the last millisecond of the lease', async () => {
    await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS);
    const leaseUntil = clock + LEASE_MS;
    clock = leaseUntil - 1;
    expect(await ledger.claim([{ orderId: 'o-1', owner: 'm-2' }], LEASE_MS)).toEqual([
      { status: 'busy', owner: 'm-1', leaseUntil },
    ]);
    expect((await itemOf('o-1'))?.owner).toEqual({ S: 'm-1' });
  });

  test('lets another message take over the order once the lease has expired', async () => {
    await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS);
    clock += LEASE_MS;
    expect(await ledger.claim([{ orderId: 'o-1', owner: 'm-2' }], LEASE_MS)).toEqual([
      { status: 'claimed', claimedAt: clock },
    ]);
    expect(await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS)).toMatchObject([
      { status: 'busy', owner: 'm-2' },
    ]);
  });

  test('returns the owner and the time of a sent order to any message, also long after the lease', async () => {
    await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS);
    await ledger.markSent([{ orderId: 'o-1', owner: 'm-1', snsMessageId: 's-1' }]);
    const outcome = { status: 'sent', owner: 'm-1', snsMessageId: 's-1', sentAt: clock };
    clock += 10 * LEASE_MS;
    expect(await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS)).toEqual([outcome]);
    expect(await ledger.claim([{ orderId: 'o-1', owner: 'm-2' }], LEASE_MS)).toEqual([outcome]);
    expect((await itemOf('o-1'))?.status).toEqual({ S: 'SENT' });
  });

  test('throws a RangeError and claims nothing if an order is given twice', async () => {
    const twice = [
      { orderId: 'o-1', owner: 'm-1' },
      { orderId: 'o-1', owner: 'm-2' },
    ];
    await expect(ledger.claim(twice, LEASE_MS)).rejects.toThrow(
      new RangeError('ledger claim: order ids must be unique within a call, received o-1 twice'),
    );
    expect(await itemOf('o-1')).toBeUndefined();
  });

  test.each([
    [0, 0],
    [1, 1],
    [25, 1],
    [26, 2],
    [60, 3],
  ])('claims %i orders with %i requests and returns outcomes in the order given', async (count, requests) => {
    const claims = claimsOf(count, 'm');
    await ledger.claim(
      claims.filter((_claim, index) => index % 7 === 3),
      LEASE_MS,
    );
    await ledger.markSent(
      claims.filter((_claim, i) => i % 7 === 3).map((claim) => ({ ...claim, snsMessageId: 's' })),
    );
    sent.length = 0;
    const outcomes = await ledger.claim(claims, LEASE_MS);
    expect(outcomes.map(({ status }) => status)).toEqual(
      claims.map((_claim, index) => (index % 7 === 3 ? 'sent' : 'claimed')),
    );
    expect(sent).toEqual(Array.from({ length: requests }, () => 'BatchExecuteStatementCommand'));
  });

  test('succeeds after a lost response, because it recognizes the token of its own record', async () => {
    loseFirstResponse('BatchExecuteStatementCommand');
    expect(await ledger.claim(claimsOf(30, 'm'), LEASE_MS)).toEqual(
      Array.from({ length: 30 }, () => ({ status: 'claimed', claimedAt: clock })),
    );
  });

  test('succeeds in taking over an order after a lost response', async () => {
    await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS);
    clock += LEASE_MS;
    const responsesLost = loseFirstResponse('PutItemCommand');
    expect(await ledger.claim([{ orderId: 'o-1', owner: 'm-2' }], LEASE_MS)).toEqual([
      { status: 'claimed', claimedAt: clock },
    ]);
    expect(responsesLost()).toBe(1);
  });

  test('reads the existing record if DynamoDB does not return it', async () => {
    await ledger.claim(claimsOf(1, 'm'), LEASE_MS);
    clock += LEASE_MS;
    await ledger.claim(claimsOf(3, 'm').slice(1), LEASE_MS);
    await ledger.markSent([{ orderId: 'm-2', owner: 'm-2', snsMessageId: 's-2' }]);
    intercept('BatchExecuteStatementCommand', async (send) => {
      const output = await send();
      for (const { Error: error } of responsesOf(output)) delete error?.Item;
      return output;
    });
    const claims = claimsOf(3, 'm').map((claim, i) => (i === 0 ? claim : { ...claim, owner: 'other' }));
    expect(await ledger.claim(claims, LEASE_MS)).toMatchObject([
      { status: 'claimed' },
      { status: 'busy', owner: 'm-1' },
      { status: 'sent', snsMessageId: 's-2' },
    ]);
    expect(sent.filter((name) => name === 'BatchGetItemCommand')).toHaveLength(3);
  });

  test('is busy, and so retried, if the existing record is deleted before it is read', async () => {
    await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS);
    intercept('BatchExecuteStatementCommand', async (send) => {
      const output = await send();
      for (const { Error: error } of responsesOf(output)) delete error?.Item;
      return output;
    });
    intercept('BatchGetItemCommand', async () => ({ $metadata: {}, Responses: { [tableName]: [] } }));
    expect(await ledger.claim([{ orderId: 'o-1', owner: 'm-2' }], LEASE_MS)).toEqual([{ status: 'busy' }]);
  });

  test('returns the winner, or what the winner sent, if another call takes over the expired lease first', async () => {
    await ledger.claim(claimsOf(2, 'm'), LEASE_MS);
    clock += LEASE_MS;
    const winner = createLedger(newClient(dynamoDb.endpoint), { tableName, now: () => clock });
    const won = { orderId: 'm-1', owner: 'winner', snsMessageId: 's-1' };
    intercept('PutItemCommand', async (send, input) => {
      const orderId = 'Item' in input ? input.Item?.order_id?.S : undefined;
      if (orderId === 'm-1') await winner.markSent([won]);
      else await winner.claim([{ orderId: 'm-0', owner: 'winner' }], LEASE_MS);
      return send();
    });
    const claims = claimsOf(2, 'm').map(({ orderId }) => ({ orderId, owner: 'late' }));
    expect(await ledger.claim(claims, LEASE_MS)).toMatchObject([
      { status: 'busy', owner: 'winner', leaseUntil: clock + LEASE_MS },
      { status: 'sent', owner: 'winner', snsMessageId: 's-1' },
    ]);
  });

  test('sends only throttled statements again', async () => {
    let requests = 0;
    const sizes: number[] = [];
    intercept('BatchExecuteStatementCommand', async (send, input) => {
      const output = await send();
      sizes.push(statementsOf(input).length);
      if (requests++ < 2) responsesOf(output).splice(0, 2, throttled(), throttled());
      return output;
    });
    const outcomes = await ledger.claim(claimsOf(5, 'm'), LEASE_MS);
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'claimed'));
    expect(sizes).toEqual([5, 2, 2]);
  });

  test('fails only the order whose statement stays throttled, with its id and the error code', async () => {
    intercept('BatchExecuteStatementCommand', async (send) => {
      const output = await send();
      responsesOf(output).splice(0, 1, throttled());
      return output;
    });
    const [first, second] = await ledger.claim(claimsOf(2, 'm'), LEASE_MS);
    expect(first).toEqual({ status: 'failed', error: expect.any(ServiceError) });
    expect(first).toMatchObject({
      error: {
        code: 'ThrottlingError',
        message: 'BatchExecuteStatement: ThrottlingError: order_id m-0: Slow down',
      },
    });
    expect(second).toMatchObject({ status: 'claimed' });
  });

  test('sends statements again that the response omits', async () => {
    const sizes: number[] = [];
    intercept('BatchExecuteStatementCommand', async (send, input) => {
      const output = await send();
      sizes.push(statementsOf(input).length);
      if (sizes.length === 1) responsesOf(output).splice(2);
      return output;
    });
    const outcomes = await ledger.claim(claimsOf(4, 'm'), LEASE_MS);
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'claimed'));
    expect(sizes).toEqual([4, 2]);
  });

  test('fails only the order whose record is damaged, and says what is wrong with the record', async () => {
    const damaged = { order_id: { S: 'm-0' }, status: { S: 'LOST' } };
    await client.send(new PutItemCommand({ TableName: tableName, Item: damaged }));
    const [first, second] = await ledger.claim(claimsOf(2, 'm'), LEASE_MS);
    expect(first).toMatchObject({
      status: 'failed',
      error: {
        code: 'UnknownStatus',
        message: 'ledger record m-0: UnknownStatus: must be CLAIMED or SENT, received LOST',
      },
    });
    expect(second).toMatchObject({ status: 'claimed' });
  });

  test('fails with an error that names the order if the takeover is denied', async () => {
    await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS);
    clock += LEASE_MS;
    intercept('PutItemCommand', () => {
      throw Object.assign(new Error('not yours'), { name: 'AccessDeniedException' });
    });
    expect(await ledger.claim([{ orderId: 'o-1', owner: 'm-2' }], LEASE_MS)).toMatchObject([
      {
        status: 'failed',
        error: {
          name: 'ServiceError',
          code: 'AccessDeniedException',
          message: 'PutItem of order_id o-1: AccessDeniedException: not yours',
        },
      },
    ]);
  });

  test('fails with the code ResourceNotFound if the table does not exist', async () => {
    const elsewhere = createLedger(client, { tableName: 'no-such-table' });
    expect(await elsewhere.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS)).toMatchObject([
      { status: 'failed', error: { code: 'ResourceNotFound' } },
    ]);
  });

  test('fails every order with the cause if the endpoint is unreachable', async () => {
    const unreachable = createLedger(newClient('http://127.0.0.1:1'), { tableName });
    const outcomes = await unreachable.claim(claimsOf(30, 'm'), LEASE_MS);
    expect(outcomes).toHaveLength(30);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'failed',
        error: { name: 'ServiceError', code: 'ECONNREFUSED', cause: { code: 'ECONNREFUSED' } },
      });
    }
  });

  test('fails only the orders of the request that failed', async () => {
    intercept('BatchExecuteStatementCommand', (send, input) => {
      if (statementsOf(input)[0]?.Parameters?.[0]?.S === 'm-25') throw new TypeError('no such luck');
      return send();
    });
    const statuses = (await ledger.claim(claimsOf(60, 'm'), LEASE_MS)).map(({ status }) => status);
    expect(statuses).toEqual(
      Array.from({ length: 60 }, (_, index) => (index >= 25 && index < 50 ? 'failed' : 'claimed')),
    );
  });
});

test('gives each of 500 orders exactly one winner when two ledgers claim them concurrently', async () => {
  const rival = createLedger(newClient(dynamoDb.endpoint), { tableName, now: () => clock });
  const orderIds = Array.from({ length: 500 }, (_, index) => `o-${index}`);
  const claimAll = (who: Ledger, owner: string) =>
    who.claim(
      orderIds.map((orderId) => ({ orderId, owner })),
      LEASE_MS,
    );
  await expectOneWinnerEach(await Promise.all([claimAll(ledger, 'a'), claimAll(rival, 'b')]));

  clock += LEASE_MS;
  await expectOneWinnerEach(await Promise.all([claimAll(ledger, 'c'), claimAll(rival, 'd')]));

  async function expectOneWinnerEach([mine, theirs]: Awaited<ReturnType<Ledger['claim']>>[]) {
    const pairs = orderIds.map((_, index) => [mine?.[index]?.status, theirs?.[index]?.status].sort());
    expect(pairs).toEqual(orderIds.map(() => ['busy', 'claimed']));
  }
});

describe('the stored order and its queuing time', () => {
  const message = { orderId: 'o-1', owner: 'm-1', order: '{"price":39.9}', queuedAt: 1_795_329_424_000 };
  const ofMessage = { order: { S: message.order }, queued_at: { N: String(message.queuedAt) } };

  test('are written by the claim and kept by markSent', async () => {
    await ledger.claim([message], LEASE_MS);
    expect(await itemOf('o-1')).toMatchObject({ status: { S: 'CLAIMED' }, ...ofMessage });
    expect(await ledger.find(['o-1'])).toMatchObject([{ ok: true, value: message }]);
    await ledger.markSent([{ ...message, snsMessageId: 's-1' }]);
    expect(await itemOf('o-1')).toMatchObject({ status: { S: 'SENT' }, ...ofMessage });
    expect(await ledger.find(['o-1'])).toMatchObject([{ ok: true, value: message }]);
  });

  test('are replaced by those of a message that takes over the order', async () => {
    await ledger.claim([message], LEASE_MS);
    clock += LEASE_MS;
    const other = { ...message, owner: 'm-2', order: '{"price":1}', queuedAt: message.queuedAt + 1 };
    await ledger.claim([other], LEASE_MS);
    expect(await ledger.find(['o-1'])).toMatchObject([{ ok: true, value: other }]);
  });

  test('may be absent from older records, which can be claimed like others', async () => {
    await ledger.claim([{ orderId: 'o-1', owner: 'm-0' }], LEASE_MS);
    expect(Object.keys((await itemOf('o-1')) ?? {})).not.toContain('order');
    clock += LEASE_MS;
    expect(await ledger.claim([message], LEASE_MS)).toMatchObject([{ status: 'claimed' }]);
    expect(await itemOf('o-1')).toMatchObject({ owner: { S: 'm-1' }, ...ofMessage });
  });
});

describe('markSent', () => {
  test('writes the SNS message id, the owner and the time, with an expiry of 30 days', async () => {
    const [claim] = await ledger.claim([{ orderId: 'o-1', owner: 'm-1' }], LEASE_MS);
    const claimedAt = claim?.status === 'claimed' ? claim.claimedAt : 0;
    clock += 40;
    expect(await ledger.markSent([{ orderId: 'o-1', owner: 'm-1', snsMessageId: 's-1', claimedAt }])).toEqual(
      [{ ok: true, value: undefined }],
    );
    expect(await itemOf('o-1')).toEqual({
      order_id: { S: 'o-1' },
      status: { S: 'SENT' },
      owner: { S: 'm-1' },
      sns_message_id: { S: 's-1' },
      claimed_at: { N: String(clock - 40) },
      sent_at: { N: String(clock) },
      expires_at: { N: String(Math.ceil(clock / 1_000) + 30 * DAY_SECONDS) },
    });
  });

  test('makes one request per 25 orders', async () => {
    expect(await ledger.markSent(sentOf(60))).toEqual(
      Array.from({ length: 60 }, () => ({ ok: true, value: undefined })),
    );
    expect(sent).toEqual(['BatchWriteItemCommand', 'BatchWriteItemCommand', 'BatchWriteItemCommand']);
    expect((await itemOf('m-59'))?.status).toEqual({ S: 'SENT' });
  });

  test('writes only unprocessed items again', async () => {
    const sizes: number[] = [];
    intercept('BatchWriteItemCommand', async (send, input) => {
      const requests = writesOf(input);
      sizes.push(requests.length);
      const left = sizes.length === 1 ? requests.splice(3, 4) : [];
      return { ...(await send()), UnprocessedItems: { [tableName]: left } };
    });
    const marks = await ledger.markSent(sentOf(10));
    expect(marks.every(({ ok }) => ok)).toBe(true);
    expect(sizes).toEqual([10, 4]);
    const found = await ledger.find(sentOf(10).map(({ orderId }) => orderId));
    expect(found).toMatchObject(sentOf(10).map(() => ({ ok: true, value: { status: 'SENT' } })));
  });

  test('fails only the order that stays unprocessed, and names it', async () => {
    intercept('BatchWriteItemCommand', async (send, input) => {
      const left = writesOf(input).splice(0, 1);
      const output: Output = writesOf(input).length > 0 ? await send() : { $metadata: {} };
      return { ...output, UnprocessedItems: { [tableName]: left } };
    });
    const [first, ...others] = await ledger.markSent(sentOf(12));
    expect(first).toMatchObject({ ok: false, error: { code: 'Unprocessed' } });
    expect(first).toHaveProperty('error.message', expect.stringContaining('order_id m-0'));
    expect(others).toEqual(Array.from({ length: 11 }, () => ({ ok: true, value: undefined })));
    expect(sent.filter((name) => name === 'BatchWriteItemCommand')).toHaveLength(5);
  });

  test('throws a RangeError if an order is given twice', async () => {
    await expect(ledger.markSent([...sentOf(2), ...sentOf(1)])).rejects.toThrow(
      new RangeError('ledger markSent: order ids must be unique within a call, received m-0 twice'),
    );
  });

  test('fails every order and does not throw if the endpoint is unreachable', async () => {
    const unreachable = createLedger(newClient('http://127.0.0.1:1'), { tableName });
    expect(await unreachable.markSent(sentOf(2))).toMatchObject([
      { ok: false, error: { code: 'ECONNREFUSED' } },
      { ok: false, error: { code: 'ECONNREFUSED' } },
    ]);
  });
});

describe('find', () => {
  test('reads 100 records a request and returns undefined for an absent order', async () => {
    await ledger.claim([{ orderId: 'm-0', owner: 'm-0' }], LEASE_MS);
    await ledger.markSent([{ orderId: 'm-120', owner: 'm-120', snsMessageId: 's' }]);
    sent.length = 0;
    const found = await ledger.find(claimsOf(121, 'm').map(({ orderId }) => orderId));
    expect(found[0]).toEqual({
      ok: true,
      value: {
        orderId: 'm-0',
        status: 'CLAIMED',
        owner: 'm-0',
        token: expect.any(String),
        claimedAt: clock,
        leaseUntil: clock + LEASE_MS,
      },
    });
    expect(found[120]).toEqual({
      ok: true,
      value: { orderId: 'm-120', status: 'SENT', owner: 'm-120', snsMessageId: 's', sentAt: clock },
    });
    expect(found.slice(1, 120)).toEqual(Array.from({ length: 119 }, () => ({ ok: true, value: undefined })));
    expect(sent).toEqual(['BatchGetItemCommand', 'BatchGetItemCommand']);
  });

  test('requests unprocessed keys again', async () => {
    await ledger.claim(claimsOf(3, 'm'), LEASE_MS);
    let requests = 0;
    intercept('BatchGetItemCommand', async (send, input) => {
      const keys = ('RequestItems' in input && input.RequestItems?.[tableName]) || [];
      const left = 'Keys' in keys && requests++ === 0 ? keys.Keys?.splice(1, 1) : undefined;
      const output = await send();
      return { ...output, UnprocessedKeys: left ? { [tableName]: { Keys: left } } : {} };
    });
    const found = await ledger.find(['m-0', 'm-1', 'm-2']);
    expect(found).toMatchObject([0, 1, 2].map((n) => ({ ok: true, value: { orderId: `m-${n}` } })));
    expect(requests).toBe(2);
  });
});

type Output = ServiceOutputTypes;
type Send = () => Promise<Output>;

/** Intercepts the commands of `client` with this name, or all for `''`. Later handlers run closer to the wire. */
function intercept(
  name: string,
  handle: (send: Send, input: ServiceInputTypes, commandName: string) => Promise<Output>,
): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        if (name !== '' && name !== commandName) return next(args);
        const input = structuredClone(args.input);
        let response: unknown;
        const send: Send = async () => {
          const result = await next({ ...args, input });
          response = result.response;
          return result.output;
        };
        return { output: await handle(send, input, commandName), response };
      },
    { step: 'initialize', priority: 'low' },
  );
}

/** Drops the response of the first request of a kind, which the SDK treats as a transient error. */
function loseFirstResponse(name: string): () => number {
  let lost = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        if (commandName === name && lost++ === 0) {
          throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        }
        return result;
      },
    { step: 'deserialize' },
  );
  return () => Math.min(lost, 1);
}

const responsesOf = (output: Output) => (output as BatchExecuteStatementCommandOutput).Responses ?? [];

const statementsOf = (input: ServiceInputTypes) => ('Statements' in input && input.Statements) || [];

function writesOf(input: ServiceInputTypes) {
  const requests = 'RequestItems' in input ? input.RequestItems?.[tableName] : undefined;
  if (!Array.isArray(requests)) throw new Error('not a BatchWriteItem');
  return requests;
}

const throttled = () => ({ Error: { Code: 'ThrottlingError' as const, Message: 'Slow down' } });

const claimsOf = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, n) => ({ orderId: `${prefix}-${n}`, owner: `${prefix}-${n}` }));

const sentOf = (count: number) => claimsOf(count, 'm').map((claim) => ({ ...claim, snsMessageId: 's' }));

const newClient = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 2,
  });

async function itemOf(orderId: string) {
  const command = new GetItemCommand({ TableName: tableName, Key: { order_id: { S: orderId } } });
  return (await client.send(command)).Item;
}

async function createTable(on: DynamoDBClient, name: string): Promise<void> {
  await provisionTable(on, {
    TableName: name,
    AttributeDefinitions: [{ AttributeName: 'order_id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
}
