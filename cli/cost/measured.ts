/*
 * Figures that are not in the template. "Measured" figures were measured on 2026-11-27 with this code: sizes of generated
 * orders, durations in the embedded cloud on two busy cores, tables in its Postgres. "Assumed" figures were not measured on
 * AWS. docs/cost-method.md lists them.
 */

import type { QueueRow, Store } from '../../topology.ts';

/** The duration of an invocation and the bytes that it logs. */
interface Invocation {
  baseMs: number;
  perOrderMs: number;
  /** Milliseconds that it waits for other services. They do not depend on its memory. */
  waitMs: number;
  logBytes: number;
}

/** The measured functions. Every order passes through them. */
export const INVOCATIONS = {
  /** Measured: one order 5.4 ms. Assumed: 10 ms for a request to SQS. */
  intake: { baseMs: 5.4, perOrderMs: 0, waitMs: 10, logBytes: 477 },
  /** Measured: 1 order 15.1 ms, 10 orders 22.4 ms, 100 orders 132.4 ms. Assumed: 10 ms each for claim, publish, mark. */
  consumer: { baseMs: 14, perOrderMs: 1.2, waitMs: 30, logBytes: 1_415 },
  /** Measured: 1 order 3.3 ms, 10 orders 4.2 ms, 100 orders 20.6 ms. Assumed: 10 ms for a request to the RDS Data API. */
  fulfillment: { baseMs: 3, perOrderMs: 0.18, waitMs: 10, logBytes: 1_059 },
  /** Measured: 1 order 2.5 ms, 100 orders 8.6 ms, 500 orders 38.1 ms, 4,741 orders 325 ms. Assumed: 10 s for a load by Redshift. */
  analytics: { baseMs: 2.5, perOrderMs: 0.07, waitMs: 10_000, logBytes: 903 },
} as const satisfies Record<string, Invocation>;

/** Assumed for any other consumer: the duration of `consumer`, the slowest per order. */
const UNMEASURED: Invocation = INVOCATIONS.consumer;

const isMeasured = (name: string): name is keyof typeof INVOCATIONS => Object.hasOwn(INVOCATIONS, name);

export const invocationOf = (name: string): Invocation => (isMeasured(name) ? INVOCATIONS[name] : UNMEASURED);

/** Known milliseconds of an invocation by function. They override `INVOCATIONS`. */
export type KnownTimes = Partial<Record<string, number>>;

/** Returns whether a function's duration is neither measured nor known. */
export const isAssumed = (name: string, known: KnownTimes): boolean =>
  !isMeasured(name) && known[name] === undefined;

/**
 * MB of memory that a function needs for one full vCPU. CPU is proportional to memory.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const MB_PER_VCPU = 1_769;

/** Returns the duration of a batch, in ms: the measured duration, scaled to the function's share of a vCPU, plus waiting. */
export function invokeMs(name: string, memoryMb: number, orders: number, known: KnownTimes): number {
  const { baseMs, perOrderMs, waitMs } = invocationOf(name);
  const slowdown = Math.max(1, MB_PER_VCPU / memoryMb);
  return known[name] ?? (baseMs + perOrderMs * orders) * slowdown + waitMs;
}

/** Metrics of the function that confirms orders. The metrics of other consumers are in topology.ts. */
const CONFIRMATION_METRICS = [
  'OrdersReceived',
  'OrdersConfirmed',
  'OrdersDuplicate',
  'OrdersRedelivered',
  'OrdersBusy',
  'OrdersRejected',
  'OrdersFailed',
  'OrdersUnpublished',
  'OrdersUnmarked',
  'OldestOrderAge',
] as const;

/** Returns the names of the custom metrics of a queue's consumer. A metric is charged for each hour in which it has values. */
export function metricsOf({ holds, stores }: QueueRow): readonly string[] {
  if (holds === 'order') return CONFIRMATION_METRICS;
  if (!stores) return [];
  const { stored, repeated, rejected, failed } = stores.metrics;
  return [...stored, repeated, rejected, failed];
}

/** Measured: bytes of a record that Lambda passes to a function, with an event of 312 bytes. */
export const RECORD_BYTES = 1_327;
/**
 * Measured: 492 bytes of a SENT item, including its order, and the 100 bytes that DynamoDB adds to each item.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export const LEDGER_ITEM_BYTES = 492 + 100;
/** Measured: bytes of a record in Postgres, including indexes. Redshift compresses sales and needs less. */
const STORED_BYTES: Partial<Record<string, number>> = { shipments: 500, sales: 302 };
/** Assumed for the records of other consumers. */
const UNMEASURED_STORED_BYTES = 500;
export const storedBytes = ({ all }: Store): number => STORED_BYTES[all] ?? UNMEASURED_STORED_BYTES;
/** Measured: bytes of the HTTP API's log line for a `POST /orders`, in the format of serverless.yml. */
export const ACCESS_LOG_BYTES = 189;
/** Assumed: bytes of the lines START, END and REPORT that Lambda adds to each invocation's log. */
export const PLATFORM_LOG_BYTES = 350;

/** Assumed: seconds from one receive to the next while a queue has messages. */
export const RECEIVE_SECONDS = 0.02;
/** Assumed: storage requests of Aurora per statement of fulfillment, and per order in it. */
export const AURORA_IO = { perStatement: 4, perOrder: 1 } as const;
