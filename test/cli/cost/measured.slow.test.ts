import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ACCESS_LOG_BYTES,
  INVOCATIONS,
  invokeMs,
  LEDGER_ITEM_BYTES,
  metricsOf,
  RECORD_BYTES,
} from '../../../cli/cost/measured.ts';
import { propertiesOf } from '../../../cli/template/template.ts';
import { toItem } from '../../../lib/aws/ledger-record.ts';
import { type AttributeValues, toAttributeValues } from '../../../lib/aws/table.ts';
import type { TopicMessage } from '../../../lib/aws/topic.ts';
import { toConfirmedMessage, toPublishedMessage } from '../../../lib/confirm/confirmed-message.ts';
import { reportConfirmations } from '../../../lib/confirm/report-confirmations.ts';
import type { Database } from '../../../lib/database/database.ts';
import { reportIntake } from '../../../lib/intake/accept-orders.ts';
import { logger } from '../../../lib/observability/logger.ts';
import type { Order } from '../../../lib/order/order.ts';
import { generateOrders } from '../../../lib/produce/generator.ts';
import { reportBatch } from '../../../lib/records/order-consumer.ts';
import { createSalesConsumer, type SalesLoader } from '../../../lib/sales/sales-loader.ts';
import { createFulfillment } from '../../../lib/shipping/fulfill-orders.ts';
import { toSqsRecord } from '../../../runtime/sqs-record.ts';
import { QUEUES } from '../../../topology.ts';
import { captureLog } from '../../handlers/capture-log.ts';
import { lambdaContext } from '../../handlers/start-pipeline.ts';
import { packageStack } from '../../run-serverless.ts';

// The environment of Lambda. The logger reads it when it is imported.
vi.hoisted(() => {
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'order-pipeline-dev');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'INFO');
  vi.stubEnv(
    '_X_AMZN_TRACE_ID',
    'Root=1-6f1d7c2a-0a1b2c3d4e5f60718293a4b5;Parent=0a1b2c3d4e5f6071;Sampled=1',
  );
});

const LIB = resolve(import.meta.dirname, '../../../lib');
const METHOD = resolve(import.meta.dirname, '../../../docs/cost-method.md');
const orders = [...generateOrders({ count: 1_000, seed: 1 })];
const now = Date.UTC(2026, 10, 27);

const meanOf = (size: (order: Order) => number, sample: readonly Order[] = orders) =>
  sample.map(size).reduce((sum, bytes) => sum + bytes, 0) / sample.length;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const itemBytes = (item: AttributeValues): number =>
  Object.entries(item)
    .map(
      ([name, { S, N }]) =>
        name.length + (S === undefined ? Math.ceil((N?.length ?? 0) / 2) + 1 : Buffer.byteLength(S)),
    )
    .reduce((sum, bytes) => sum + bytes, 0);

describe('measured sizes', () => {
  it('of an order, its event and its publish are those of docs/cost-method.md', () => {
    const attributesOf = ({ attributes }: TopicMessage) =>
      Object.entries(attributes).map(
        ([name, { DataType = '', StringValue = '' }]) => `${name}${DataType}${StringValue}`,
      );
    const sample = [...generateOrders({ count: 10_000, seed: 1 })];
    const orderBytes = meanOf((order) => Buffer.byteLength(JSON.stringify(order)), sample);
    const eventBytes = meanOf((order) => Buffer.byteLength(toConfirmedMessage(order, now).body), sample);
    const publishBytes = meanOf((order) => {
      const message = toPublishedMessage(order, now);
      const texts = [JSON.stringify(message.body), message.subject, ...attributesOf(message)];
      return Buffer.byteLength(texts.join(''));
    }, sample);
    const rows = [
      `| order | ${Math.round(orderBytes)} |`,
      `| its event | ${Math.round(eventBytes)} |`,
      `| its SNS publish: message, subject and attributes | ${Math.round(publishBytes)} |`,
    ];
    expect(readFileSync(METHOD, 'utf8')).toContain(`${rows.join('\n')}\n`);
  });

  it('are right for the ledger', () => {
    const sizes = orders.map((order) => {
      const ids = { orderId: order.order_id, owner: randomUUID(), snsMessageId: randomUUID() };
      const times = { queuedAt: now, claimedAt: now, sentAt: now };
      return itemBytes(
        toAttributeValues(toItem({ ...ids, ...times, status: 'SENT', order: JSON.stringify(order) })),
      );
    });
    const mean = sizes.reduce((sum, bytes) => sum + bytes, 0) / sizes.length;
    expect(100 + mean).toBeCloseTo(LEDGER_ITEM_BYTES, -1);
    // Each item is one write unit.
    expect(Math.max(...sizes)).toBeLessThan(1_024);
  });

  it('are right within 5 % for the records of a batch', () => {
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

describe('measured log lines', () => {
  afterEach(() => vi.restoreAllMocks());

  const batch = orders.slice(0, 3);
  const stored = <Stored>(result: Stored) => ({
    outcomes: batch.map(() => ({})),
    ids: batch.map(({ order_id }) => order_id),
    stored: result,
    rejected: [],
  });

  it.each([
    ['intake', () => reportIntake({ accepted: [], rejected: [], failed: [] })],
    [
      'consumer',
      () =>
        reportConfirmations(batch.map((order) => ({ status: 'confirmed' as const, order, ageMs: 1_234 }))),
    ],
    [
      'fulfillment',
      () =>
        reportBatch(
          stored({ scheduled: 3, backordered: 0, repeated: 0 }),
          createFulfillment({} as Database).report,
        ),
    ],
    [
      'analytics',
      () => reportBatch(stored({ loaded: 3, repeated: 0 }), createSalesConsumer({} as SalesLoader).report),
    ],
  ] as const)('are right within 2 % for %s', (name, report) => {
    const functionName = `order-pipeline-dev-${name}`;
    const invokedFunctionArn = `arn:aws:lambda:us-east-1:123456789012:function:${functionName}`;
    logger.addContext({ ...lambdaContext(), functionName, invokedFunctionArn, awsRequestId: randomUUID() });
    const log = captureLog();
    report();
    const ratio = Buffer.byteLength(log.text()) / INVOCATIONS[name].logBytes;
    expect(ratio).toBeGreaterThan(0.98);
    expect(ratio).toBeLessThan(1.02);
  });

  it('are right within 2 % for a request to the HTTP API', { timeout: 180_000 }, async () => {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
    const values: Record<string, string> = {
      requestTime: '27/Nov/2026:10:30:00 +0000',
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: 'POST /orders',
      status: '202',
      responseLatency: '29',
      responseLength: '118',
      'error.responseType': '-',
      integrationStatus: '202',
    };
    const { template } = await packageStack('test');
    const { AccessLogSettings } = propertiesOf(template, 'HttpApiStage');
    const { Format } = AccessLogSettings as { Format: string };
    const line = Format.replaceAll(
      /\$context\.([\w.]+)/g,
      (_, name) => values[name] ?? `no value for ${name}`,
    );
    expect(line).not.toContain('no value');
    expect(line.length / ACCESS_LOG_BYTES).toBeGreaterThan(0.98);
    expect(line.length / ACCESS_LOG_BYTES).toBeLessThan(1.02);
  });
});

describe('invokeMs', () => {
  it('scales the measured duration to the share of a vCPU and adds waiting', () => {
    // (14 + 1.2 × 100) × 1,769 / 512 + 30.
    expect(invokeMs('consumer', 512, 100, {})).toBeCloseTo(492.98, 2);
    expect(invokeMs('consumer', 2_048, 100, {})).toBeCloseTo(164, 2);
  });

  it('returns the given duration if there is one', () => {
    expect(invokeMs('consumer', 512, 100, { consumer: 250 })).toBe(250);
  });
});

describe('metricsOf', () => {
  it('returns all custom metrics that functions publish, except those of order files and restocks', () => {
    const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const published = files
      .map((name) => readFileSync(join(LIB, name), 'utf8'))
      .filter((text) => /\/(metrics|order-consumer)\.ts'/.test(text))
      .flatMap((text) => [...text.matchAll(/[{ ]([A-Z][a-z]+[A-Z][A-Za-z]+): /g)].map(([, name]) => name));
    const ofOthers = ['RowsRead', 'RowsRejected', 'OrdersIngested', 'StockAdded', 'BackordersScheduled'];
    const known = [...QUEUES.flatMap(metricsOf), ...ofOthers];
    expect(new Set(published)).toEqual(new Set(known));
  });
});
