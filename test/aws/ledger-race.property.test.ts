import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc, { type Arbitrary, type Scheduler } from 'fast-check';
import { expect, test } from 'vitest';
import { type ClaimOutcome, createLedger } from '../../lib/aws/ledger.ts';
import { fromItem, KEPT_SECONDS, type LedgerRecord } from '../../lib/aws/ledger-record.ts';
import { fromAttributeValues } from '../../lib/aws/table.ts';
import { propertyRuns } from '../property-runs.ts';
import { sdkError } from './intercept.ts';
import { PlainDynamoDb } from './plain-dynamodb.ts';

const LEASE_MS = 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
const START = 1_795_329_424_262;
const ORDERS = ['o-0', 'o-1', 'o-2'];

/** What becomes of one request: on its way there, or of its answer on the way back. */
const FAULTS = [
  'none',
  'not taken',
  'answer lost',
  'sent again, its first answer lost',
  'records not returned',
] as const;
type Fault = (typeof FAULTS)[number];

/** One delivery of a message, in the hands of a consumer that may die before it publishes or before it marks. */
interface Delivery {
  owner: string;
  orders: string[];
  ends: 'marked' | 'before its mark';
  /** Of its requests, one after another. */
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
 * All deliveries of a round at once, and the clock with them; which request comes next is the scheduler's choice. Between
 * two rounds all records expire.
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
        if (fault === 'not taken') throw sdkError('ECONNRESET');
        let output = attempt(command);
        if (fault === 'sent again, its first answer lost') {
          await pause(`${label} again`);
          output = attempt(command);
        }
        await pause(`${label} answered`);
        if (fault === 'answer lost') throw sdkError('ECONNRESET');
        if (output instanceof Error) throw output;
        return fault === 'records not returned' ? withoutItems(output) : output;
      },
    };
    return createLedger(client as unknown as DynamoDBClient, { tableName: 'ledger', now: () => clock });
  }

  function attempt(command: object): object {
    try {
      return table.answer(command);
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
  // Whoever died is forgotten once all leases are over.
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

/** From when to when each call may publish an order: from its claim in the table to the end of its lease. */
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
      // A request may be under way for longer than the lease that it asks for, which then holds off nobody.
      .filter(({ from, until }) => from < until)
      .sort((one, other) => one.from - other.from)
  );
}

const races = fc.tuple(
  fc.scheduler(),
  fc.array(fc.array(delivery, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 2 }),
  pauses,
);

test('no two deliveries hold an order at the same time, be they of one message or of two, whatever gets lost', async () => {
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

test('what is sent is claimed by nobody until the record expires', async () => {
  await fc.assert(
    fc.asyncProperty(races, async ([scheduler, rounds, steps]) => {
      const { writes } = await race(scheduler, rounds, steps);
      const sent = new Map<string, number>();
      for (const { record, at } of writes) {
        const sentAt = sent.get(record.orderId);
        if (record.status === 'SENT') sent.set(record.orderId, record.sentAt);
        else if (sentAt !== undefined) expect(at).toBeGreaterThanOrEqual(sentAt + KEPT_SECONDS * 1_000);
      }
    }),
    propertyRuns(60),
  );
});

test('each answer is the truth: of a claim, a mark or another’s lease that was there, or of a request that failed', async () => {
  await fc.assert(
    fc.asyncProperty(races, async ([scheduler, rounds, steps]) => {
      const { ended, writes } = await race(scheduler, rounds, steps);
      for (const { number, delivery: of, outcomes } of ended) {
        for (const [index, answer] of outcomes.entries()) {
          const records = writes
            .map(({ record }) => record)
            .filter(({ orderId }) => orderId === of.orders[index]);
          if (answer.status === 'failed') expect(of.faults.some((fault) => fault !== 'none')).toBe(true);
          if (answer.status === 'sent') {
            const { owner, snsMessageId, sentAt } = answer;
            expect(records).toContainEqual(
              expect.objectContaining({ status: 'SENT', owner, snsMessageId, sentAt }),
            );
          }
          if (answer.status === 'busy' && answer.owner !== undefined) {
            const { owner, leaseUntil } = answer;
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

test('no order stays held: when all leases are over, the next delivery may publish it, or learns that it was sent', async () => {
  await fc.assert(
    fc.asyncProperty(races, async ([scheduler, rounds, steps]) => {
      const { after } = await race(scheduler, rounds, steps);
      for (const { status } of after.outcomes) expect(['claimed', 'sent']).toContain(status);
    }),
    propertyRuns(60),
  );
});
