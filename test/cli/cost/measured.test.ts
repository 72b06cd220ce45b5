import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { invokeMs, LEDGER_ITEM_BYTES, METRICS, RECORD_BYTES } from '../../../cli/cost/measured.ts';
import { type LedgerItem, toItem } from '../../../lib/aws/ledger-record.ts';
import { toSqsRecord } from '../../../lib/aws/sqs-record.ts';
import { generateOrders } from '../../../lib/order/generator.ts';
import type { Order } from '../../../lib/order/order.ts';

const LIB = resolve(import.meta.dirname, '../../../lib');
const orders = [...generateOrders({ count: 1_000, seed: 1 })];
const now = Date.UTC(2026, 10, 27);

const meanOf = (size: (order: Order) => number) =>
  orders.map(size).reduce((sum, bytes) => sum + bytes, 0) / orders.length;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const itemBytes = (item: LedgerItem): number =>
  Object.entries(item)
    .map(([name, { S, N }]) => name.length + (S?.length ?? Math.ceil((N?.length ?? 0) / 2) + 1))
    .reduce((sum, bytes) => sum + bytes, 0);

describe('measured sizes', () => {
  it('are right for the ledger', () => {
    const bytes = meanOf(({ order_id }) => {
      const ids = { orderId: order_id, owner: randomUUID(), snsMessageId: randomUUID() };
      return 100 + itemBytes(toItem({ ...ids, status: 'SENT', sentAt: now, claimedAt: now }));
    });
    expect(bytes).toBeCloseTo(LEDGER_ITEM_BYTES, -1);
  });

  it('are right for the records of a batch, to a twentieth', () => {
    const bytes = meanOf((order) => {
      const text = (value: string) => ({ DataType: 'String', StringValue: value });
      const message = {
        MessageId: randomUUID(),
        ReceiptHandle: 'A'.repeat(400),
        MD5OfBody: 'a'.repeat(32),
        Body: JSON.stringify({ event: 'OrderConfirmed', order, confirmed_at: now }),
        Attributes: {
          SenderId: 'A'.repeat(21),
          ApproximateFirstReceiveTimestamp: `${now}`,
          ApproximateReceiveCount: '1',
          SentTimestamp: `${now}`,
        },
        MessageAttributes: { event: text('OrderConfirmed'), email_id: text(order.email_id) },
      };
      const arn = 'arn:aws:sqs:us-east-1:123456789012:order-pipeline-dev-analytics-queue';
      return Buffer.byteLength(JSON.stringify(toSqsRecord(message, arn)));
    });
    expect(bytes / RECORD_BYTES).toBeGreaterThan(0.95);
    expect(bytes / RECORD_BYTES).toBeLessThan(1.05);
  });
});

describe('durations', () => {
  it('are what was measured, slowed down to the share of a vCPU, and waiting', () => {
    // (14 + 1.2 × 100) × 1,769 / 512 + 30.
    expect(invokeMs('consumer', 512, 100, {})).toBeCloseTo(492.98, 2);
    expect(invokeMs('consumer', 2_048, 100, {})).toBeCloseTo(164, 2);
  });

  it('give way to what is known', () => {
    expect(invokeMs('consumer', 512, 100, { consumer: 250 })).toBe(250);
  });
});

describe('metrics of our own', () => {
  it('are all that the functions publish, besides those of order files and restocks', () => {
    const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const published = files
      .map((name) => readFileSync(join(LIB, name), 'utf8'))
      .filter((text) => text.includes("/metrics.ts'"))
      .flatMap((text) => [...text.matchAll(/[{ ]([A-Z][a-z]+[A-Z][A-Za-z]+): /g)].map(([, name]) => name));
    const ofOthers = ['RowsRead', 'RowsRejected', 'OrdersIngested', 'StockAdded', 'BackordersScheduled'];
    const known = [...Object.values(METRICS).flat(), ...ofOthers];
    expect(new Set(published)).toEqual(new Set(known));
  });
});
