/*
 * What the page and its server say to each other. All of it is under /dashboard/; bodies are JSON, errors are
 * problem details (RFC 9457).
 *
 *   GET    /                                            the page: an element #app, a script and a style
 *   GET    /dashboard/events                            SSE: an event `status` (LiveStatus) a second, every 5 s on AWS;
 *                                                       `trouble` (Trouble) instead while that cannot be read
 *   GET    /dashboard/dead-letters/:queue               DeadLetterPage
 *   POST   /dashboard/dead-letters/:queue/redrive       RedriveRequest → RedriveReport
 *   PUT    /dashboard/dead-letters/:queue/:id           EditRequest → 204: mended, and sent back to its queue
 *   GET    /dashboard/mailbox?q=                        MailboxPage: newest first; q is an order id or an address
 *   GET    /dashboard/inventory                         InventoryRow[]
 *   GET    /dashboard/shipments?status=&product_id=     ShipmentRow[]: newest first, at most 100
 *   POST   /dashboard/restock                           RestockRequest → RestockedProduct[]
 *   GET    /dashboard/sales?by=&from=&to=&limit=        SalesReport
 *   GET    /dashboard/search?q=                         OrderHit[]: orders by id, or by the customer's e-mail address
 *   GET    /dashboard/orders/:order_id                  OrderTrace
 *   POST   /dashboard/burst                             BurstRequest → Burst; 409 while one is under way
 *   PATCH  /dashboard/burst                             { ratePerSecond: number | null } → Burst
 *   DELETE /dashboard/burst                             → Burst: stopped
 *   PUT    /dashboard/throttle/:function                ThrottleRequest → 204
 */
import type { DeadLetter, DeadLetterGroup } from '../operations/dead-letters/dead-letter.ts';
import type { PipelineStatus } from '../operations/status/pipeline-status.ts';
import type { QueueName } from '../topology.ts';

export type { SalesReport, SalesRow } from '../lib/report/report-sales.ts';
export type { RestockedProduct } from '../lib/shipping/restock.ts';
export type { DeadLetter, DeadLetterGroup, RedriveReport } from '../operations/dead-letters/dead-letter.ts';
export type { MailboxPage, MailRow } from '../operations/mailbox.ts';
export type { OrderHit } from '../operations/orders/find-orders.ts';
export type { OrderTrace, TraceStep } from '../operations/orders/trace-order.ts';
export type { InventoryRow } from '../operations/shipping/list-inventory.ts';
export type { ShipmentRow } from '../operations/shipping/list-shipments.ts';
export type { FunctionStatus, PipelineStatus, QueueStatus } from '../operations/status/pipeline-status.ts';
export type { QueueName } from '../topology.ts';

/** Orders that are being generated from the page. */
export interface Burst {
  requested: number;
  sent: number;
  failed: number;
  /** Orders a second; null for as fast as can be. */
  ratePerSecond: number | null;
  running: boolean;
  startedAt: string;
}

/** What the page is told once a second. */
export interface LiveStatus extends PipelineStatus {
  /** The latest; null before the first. */
  burst: Burst | null;
  /** What this pipeline has. */
  features: { shipping: boolean; sales: boolean; mailbox: boolean };
}

/** What the page is told instead of its status while that cannot be read. */
export interface Trouble {
  message: string;
}

export interface DeadLetterPage {
  queue: QueueName;
  /** All messages that were looked at: up to 1,000. */
  seen: number;
  groups: DeadLetterGroup[];
  /** Up to 100, oldest first. */
  letters: DeadLetter[];
}

/** Without a choice, all. */
export interface RedriveRequest {
  /** Code of a `DeadLetterReason`. */
  reason?: string;
  /** SQS message ids. */
  ids?: string[];
}

export interface EditRequest {
  /** What the message says instead. */
  body: string;
}

export interface RestockRequest {
  product_id: string;
  quantity: number;
}

export interface BurstRequest {
  count: number;
  ratePerSecond?: number;
  seed?: number;
}

/** One of the two, or both. */
export interface ThrottleRequest {
  maximumConcurrency?: number;
  enabled?: boolean;
}
