import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc, { type Arbitrary, type Scheduler } from 'fast-check';
import { expect, test } from 'vitest';
import { type ClaimOutcome, createLedger } from '../../lib/aws/ledger.ts';
import { fromItem, type LedgerRecord, RETENTION_SECONDS } from '../../lib/aws/ledger-record.ts';
import { fromAttributeValues } from '../../lib/aws/table.ts';
import { propertyRuns } from '../property-runs.ts';
import { sdkError } from './intercept.ts';
import { PlainDynamoDb } from './plain-dynamodb.ts';

const LEASE_MS = 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
const START = 1_795_329_424_262;
const ORDERS = ['o-0', 'o-1', 'o-2'];

/** Faults of one request, or of its response. */
const FAULTS = [
  'none',
  'not accepted',
  'response lost',
  'sent again, first response lost',
  'records not returned',
] as const;
type Fault = (typeof FAULTS)[number];

/** One delivery of a message, to a consumer that may crash before it publishes or before it marks the orders. */
interface Delivery {
  owner: string;
  orders: string[];
  ends: 'marked' | 'before its mark';
  /** Faults of its requests, in order. */
  faults: Fault[];
}

const delivery: Arbitrary<Delivery> = fc.record({
  owner: fc.constantFrom('m-0', 'm-1', 'm-2'),
  orders: fc.subarray(ORDERS, { minLength: 1 }),
  ends: fc.constantFrom('marked' as const, 'before its mark' as const),
  faults: fc.oneof(
    fc.constant<Fault[]>([]),
    fc.array(fc.oneof(fc.constant<Fault>('none'), fc.constantFrom(...FAULTS)), { maxLength: 4 }),
  ),
});

const pauses = fc.array(fc.constantFrom(1, LEASE_MS / 2, LEASE_MS, LEASE_MS + 1), {
  maxLength: 6,
});

interface Write {
  record: LedgerRecord;
  at: number;
}

interface Ended {
  number: number;
  delivery: Delivery;
  outcomes: ClaimOutcome[];
}

/**
 * Runs the deliveries of a round and the clock concurrently. The scheduler chooses the next request. All records expire
 * between two rounds.
 */
async function race(scheduler: Scheduler, rounds: Delivery[][], steps: number[]) {
  let clock = START;
  const writes: Write[] = [];
  const table = new PlainDynamoDb(
    () => clock,
    (item) => writes.push({ record: fromItem(fromAttributeValues(item)), at: clock }),
  );
  const pause = (label: string) => scheduler.schedule(Promise.resolve(), label);

  function ledgerOf(name: string, faults: readonly Fault[]) {
    const left = faults.values();
    const client = {
      async send(command: object): Promise<object> {
        const fault = left.next().value ?? 'none';
        const label = `${name}: ${command.constructor.name} (${fault})`;
        await pause(label);
        if (fault === 'not accepted') throw sdkError('ECONNRESET');
        let output = attempt(command);
        if (fault === 'sent again, first response lost') {
          await pause(`${label} again`);
          output = attempt(command);
        }
        await pause(`${label} response`);
        if (fault === 'response lost') throw sdkError('ECONNRESET');
        if (output instanceof Error) throw output;
        return fault === 'records not returned' ? withoutItems(output) : output;
      },
    };
    return createLedger(client as unknown as DynamoDBClient, { tableName: 'ledger', now: () => clock });
  }

  function attempt(command: object): object {
    try {
      return table.execute(command);
    } catch (error) {
      return error as Error;
    }
  }

  async function deliver(of: Delivery, number: number): Promise<Ended> {
    const ledger = ledgerOf(`${number} ${of.owner}`, of.faults);
    await pause(`${number} begins`);
    const claims = of.orders.map((orderId) => ({ orderId, owner: of.owner, queuedAt: number }));
    const outcomes = await ledger.claim(claims, LEASE_MS);
    const claimed = claims.filter((_, index) => outcomes[index]?.status === 'claimed');
    if (of.ends === 'marked') {
      await ledger.markSent(claimed.map((claim) => ({ ...claim, snsMessageId: `s-${number}` })));
    }
    return { number, delivery: of, outcomes };
  }

  async function passTime(): Promise<void> {
    for (const step of steps) {
      await pause(`${step} ms pass`);
      clock += step;
    }
  }

  const ended: Ended[] = [];
  for (const [index, deliveries] of rounds.entries()) {
    if (index > 0) clock += 31 * DAY_MS;
    const all = deliveries.map((each, position) => deliver(each, 100 * index + position));
    const [round] = await scheduler.waitFor(Promise.all([Promise.all(all), passTime()]));
    ended.push(...round);
  }
  // After all leases have expired, crashed deliveries have no effect.
  clock += LEASE_MS;
  const after = deliver({ owner: 'm-9', orders: ORDERS, ends: 'marked', faults: [] }, 900);
  return { ended, after: await scheduler.waitFor(after), writes };
}

function withoutItems(output: object): object {
  const { Responses } = output as { Responses?: unknown };
  if (!Array.isArray(Responses)) return output;
  return {
    Responses: Responses.map(({ Error: error }) => (error ? { Error: { ...error, Item: undefined } } : {})),
  };
}

/** Periods in which each call may publish an order: from its claim in the table to the end of its lease. */
function leasesOf(orderId: string, { ended, writes }: { ended: Ended[]; writes: Write[] }) {
  return (
    ended
      .filter(({ delivery: { orders }, outcomes }) => outcomes[orders.indexOf(orderId)]?.status === 'claimed')
      .map(({ number }) => {
        const claim = writes.findLast(
          ({ record }) =>
            record.orderId === orderId && record.queuedAt === number && record.status === 'CLAIMED',
        );
        if (claim?.record.status !== 'CLAIMED') return expect.fail(`${number} has claimed no ${orderId}`);
        return { number, from: claim.at, until: claim.record.leaseUntil };
      })
      // A request may be in flight for longer than its lease, which then blocks no other call.
      .filter(({ from, until }) => from < until)
      .sort((one, other) => one.from - other.from)
  );
}

const races = fc.tuple(
  fc.scheduler(),
  fc.array(fc.array(delivery, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 2 }),
  pauses,
);

test('the ledger never lets two deliveries hold an order at the same time, even if requests or responses are lost', async () => {
  await fc.assert(
    fc.asyncProperty(races, async ([scheduler, rounds, steps]) => {
      const outcome = await race(scheduler, rounds, steps);
      for (const orderId of ORDERS) {
        const leases = leasesOf(orderId, outcome);
        for (const [index, { from, number }] of leases.entries()) {
          const before = leases[index - 1];
          if (before && before.until > from) expect.fail(`${before.number} and ${number} hold ${orderId}`);
        }
      }
    }),
    propertyRuns(100),
  );
});

test('the ledger rejects claims of a sent order until its record expires', async () => {
  await fc.assert(
    fc.asyncProperty(races, async ([scheduler, rounds, steps]) => {
      const { writes } = await race(scheduler, rounds, steps);
      const sent = new Map<string, number>();
      for (const { record, at } of writes) {
        const sentAt = sent.get(record.orderId);
        if (record.status === 'SENT') sent.set(record.orderId, record.sentAt);
        else if (sentAt !== undefined) expect(at).toBeGreaterThanOrEqual(sentAt + RETENTION_SECONDS * 1_000);
      }
    }),
    propertyRuns(60),
  );
});

test('every claim outcome of the ledger matches a record that was written, or a request that failed', async () => {
  await fc.assert(
    fc.asyncProperty(races, async ([scheduler, rounds, steps]) => {
      const { ended, writes } = await race(scheduler, rounds, steps);
      for (const { number, delivery: of, outcomes } of ended) {
        for (const [index, outcome] of outcomes.entries()) {
          const records = writes
            .map(({ record }) => record)
            .filter(({ orderId }) => orderId === of.orders[index]);
          if (outcome.status === 'failed') expect(of.faults.some((fault) => fault !== 'none')).toBe(true);
          if (outcome.status === 'sent') {
            const { owner, snsMessageId, sentAt } = outcome;
            expect(records).toContainEqual(
              expect.objectContaining({ status: 'SENT', owner, snsMessageId, sentAt }),
            );
          }
          if (outcome.status === 'busy' && outcome.owner !== undefined) {
            const { owner, leaseUntil } = outcome;
            const seen = records.filter(
              (record) => record.status === 'CLAIMED' && record.leaseUntil === leaseUntil,
            );
            expect(seen.some((record) => record.owner === owner && record.queuedAt !== number)).toBe(true);
          }
        }
      }
    }),
    propertyRuns(60),
  );
});

test('the ledger lets the next delivery claim an order, or reports it as sent, once all leases have expired', async () => {
  await fc.assert(
    fc.asyncProperty(races, async ([scheduler, rounds, steps]) => {
      const { after } = await race(scheduler, rounds, steps);
      for (const { status } of after.outcomes) expect(['claimed', 'sent']).toContain(status);
    }),
    propertyRuns(60),
  );
});
