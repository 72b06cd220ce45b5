import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ClaimOutcome, createLedger, type Ledger } from '../../lib/aws/ledger.ts';
import { provisionTable } from '../../local/dynamodb/provision-table.ts';
import { type EmbeddedDynamoDb, startDynamoDb } from '../../local/dynamodb/start-dynamodb.ts';
import { propertyRuns } from '../property-runs.ts';

/** The model's record of an order; undefined for an absent order. */
type Known =
  | { status: 'CLAIMED'; owner: string; claimedAt: number; leaseUntil: number }
  | { status: 'SENT'; owner: string; snsMessageId: string; sentAt: number };

interface Call {
  owner: string;
  at: number;
  leaseMs: number;
}

/** The model of a claim: returns the outcome and the new record of the order. */
function claimByRule(known: Known | undefined, { owner, at, leaseMs }: Call): [ClaimOutcome, Known] {
  if (known?.status === 'SENT') {
    const { snsMessageId, sentAt } = known;
    return [{ status: 'sent', owner: known.owner, snsMessageId, sentAt }, known];
  }
  // A lease blocks its own message as well, which may have been delivered a second time.
  if (known && known.leaseUntil > at) {
    return [{ status: 'busy', owner: known.owner, leaseUntil: known.leaseUntil }, known];
  }
  const claimedAt = known?.owner === owner ? known.claimedAt : at;
  return [
    { status: 'claimed', claimedAt },
    { status: 'CLAIMED', owner, claimedAt, leaseUntil: at + leaseMs },
  ];
}

/** Faults of one request. */
const FAULTS = [
  'none',
  'cut before it arrives',
  'done, response lost',
  'some entries throttled',
  'done, some entries reported as throttled',
  'response omits some entries',
  'records not returned',
] as const;
type Fault = (typeof FAULTS)[number];

type Step =
  | { kind: 'claim' | 'mark'; entries: Record<string, string>; leaseMs: number; faults: Fault[] }
  | { kind: 'wait'; ms: number };

const LEASES = [1, 1_000, 180_000];
const orders = Array.from({ length: 4 }, (_, index) => `o-${index}`);

const batch = fc.dictionary(fc.constantFrom(...orders), fc.constantFrom('m-0', 'm-1', 'm-2'), { minKeys: 1 });
const faults = fc.oneof(fc.constant<Fault[]>([]), fc.array(fc.constantFrom(...FAULTS), { maxLength: 3 }));
const step: Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('claim', 'claim', 'mark'),
      entries: batch,
      leaseMs: fc.constantFrom(...LEASES),
      faults,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait'),
      ms: fc.constantFrom(1, ...LEASES.map((ms) => ms - 1), 180_000),
    }),
  },
);

let dynamoDb: EmbeddedDynamoDb;
let client: DynamoDBClient;
let ledger: Ledger;
let clock = 1_795_329_424_262;
/** Faults of the next requests. */
let ahead: Fault[] = [];

beforeAll(async () => {
  // Makes the delays between attempts 0.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  dynamoDb = await startDynamoDb({ port: 0 });
  client = new DynamoDBClient({
    endpoint: dynamoDb.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 2,
  });
  const tableName = `ledger-${randomUUID()}`;
  await provisionTable(client, {
    TableName: tableName,
    AttributeDefinitions: [{ AttributeName: 'order_id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  injectFaults();
  ledger = createLedger(client, { tableName, now: () => clock });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await dynamoDb.stop();
});

const reset = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
const throttled = (): StatementResponse => ({ Error: { Code: 'ThrottlingError', Message: 'Slow down' } });

interface Request {
  Statements?: object[];
  RequestItems?: Record<string, object[] | { Keys?: object[] }>;
}

interface StatementResponse {
  Error?: { Code?: string; Message?: string; Item?: object };
}

function injectFaults(): void {
  let fault: Fault = 'none';
  // Runs once a request, before the SDK's retries.
  client.middlewareStack.add(
    (next) => async (args) => {
      fault = ahead.shift() ?? 'none';
      const own = fault;
      const input = structuredClone(args.input) as Request;
      if (Array.isArray(input.Statements)) return statements(own, input.Statements);
      const table = Object.entries(input.RequestItems ?? {})[0];
      if (own !== 'some entries throttled' || !Array.isArray(table?.[1])) return next(args);
      // All but the first are throttled, because a request needs at least one item.
      const [name, [first, ...others]] = table as [string, object[]];
      const result = await next({
        ...args,
        input: { RequestItems: { [name]: [first] } } as typeof args.input,
      });
      return { ...result, output: { ...result.output, UnprocessedItems: { [name]: others } } };

      async function statements(kind: Fault, all: object[]) {
        const accepted = kind === 'some entries throttled' ? all.slice(0, 1) : all;
        const result = await next({ ...args, input: { ...args.input, Statements: accepted } });
        const { Responses = [], ...rest } = result.output as { Responses?: StatementResponse[] };
        const responses = all.map((_, index) => Responses[index] ?? throttled());
        if (kind === 'done, some entries reported as throttled') responses.splice(0, 1, throttled());
        if (kind === 'response omits some entries') responses.splice(1);
        if (kind === 'records not returned') for (const { Error: error } of responses) delete error?.Item;
        return { ...result, output: { ...rest, Responses: responses } as unknown as typeof result.output };
      }
    },
    { step: 'initialize', priority: 'low' },
  );
  // Runs once an attempt. The SDK retries a request that was cut off.
  client.middlewareStack.add(
    (next) => async (args) => {
      const own = fault;
      fault = 'none';
      if (own === 'cut before it arrives') throw reset();
      const result = await next(args);
      if (own === 'done, response lost') throw reset();
      return result;
    },
    { step: 'deserialize' },
  );
}

async function find(orderId: string): Promise<Known | undefined> {
  const [outcome] = await ledger.find([orderId]);
  if (!outcome?.ok) throw outcome?.error;
  const record = outcome.value;
  if (!record) return undefined;
  const { owner } = record;
  return record.status === 'SENT'
    ? { status: 'SENT', owner, snsMessageId: record.snsMessageId, sentAt: record.sentAt }
    : { status: 'CLAIMED', owner, claimedAt: record.claimedAt, leaseUntil: record.leaseUntil };
}

test('the ledger behaves like its model, to the millisecond, even if requests or entries fail', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      run += 1;
      const model = new Map<string, Known>();
      for (const [index, each] of steps.entries()) {
        if (each.kind === 'wait') {
          clock += each.ms;
          continue;
        }
        const entries = Object.entries(each.entries).map(([name, owner]) => ({
          orderId: `${run}-${name}`,
          owner,
        }));
        ahead = [...each.faults];
        if (each.kind === 'claim') {
          const due = entries.map(({ orderId, owner }) => {
            const [outcome, known] = claimByRule(model.get(orderId), {
              owner,
              at: clock,
              leaseMs: each.leaseMs,
            });
            model.set(orderId, known);
            return outcome;
          });
          expect(await ledger.claim(entries, each.leaseMs)).toEqual(due);
        } else {
          const snsMessageId = `s-${index}`;
          const marks = await ledger.markSent(entries.map((entry) => ({ ...entry, snsMessageId })));
          expect(marks).toEqual(entries.map(() => ({ ok: true, value: undefined })));
          for (const { orderId, owner } of entries) {
            model.set(orderId, { status: 'SENT', owner, snsMessageId, sentAt: clock });
          }
        }
        ahead = [];
      }
      for (const name of orders) {
        expect(await find(`${run}-${name}`)).toEqual(model.get(`${run}-${name}`));
      }
    }),
    propertyRuns(12),
  );
});
