/*
 * HTTP API between the page and its server. Bodies are JSON; errors are problem details (RFC 9457).
 *
 *   GET    /                                            the page as HTML
 *   GET    /dashboard/events                            SSE: a `status` event (LiveStatus) every second, every 5 s on AWS;
 *                                                       a `trouble` event (Trouble) if the status cannot be read
 *   GET    /dashboard/dead-letters/:queue               DeadLetterPage
 *   POST   /dashboard/dead-letters/:queue/redrive       RedriveRequest → RedriveReport
 *   PUT    /dashboard/dead-letters/:queue/:id           EditRequest → 204: sends the edited message to its source queue
 *   GET    /dashboard/mailbox?q=                        MailboxPage, newest first; q is an order ID or an e-mail address
 *   GET    /dashboard/inventory                         InventoryRow[]
 *   GET    /dashboard/shipments?status=&product_id=     ShipmentRow[], newest first, at most 100
 *   POST   /dashboard/restock                           RestockRequest → RestockedProduct[]
 *   GET    /dashboard/sales?by=&from=&to=&limit=        SalesReport
 *   GET    /dashboard/search?q=                         OrderHit[]; q is an order ID or the customer's e-mail address
 *   GET    /dashboard/orders/:order_id                  OrderTrace
 *   POST   /dashboard/burst                             BurstRequest → Burst; 409 if one is already running
 *   PATCH  /dashboard/burst                             { ratePerSecond: number | null } → Burst
 *   DELETE /dashboard/burst                             → Burst; stops it
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
export type { DeniedRequest } from '../operations/status/inspection.ts';
export type { FunctionStatus, PipelineStatus, QueueStatus } from '../operations/status/pipeline-status.ts';
export type { QueueName } from '../topology.ts';

/** A burst: generated orders that the page's server sends to the order queue. */
export interface Burst {
  requested: number;
  sent: number;
  failed: number;
  /** Orders per second; null for no limit. */
  ratePerSecond: number | null;
  running: boolean;
  startedAt: string;
}

/** Data of a `status` event. */
export interface LiveStatus extends PipelineStatus {
  /** The latest burst; null before the first. */
  burst: Burst | null;
  /** Optional parts that are enabled in this stage. */
  features: { shipping: boolean; sales: boolean; mailbox: boolean };
}

/** Data of a `trouble` event: why the status cannot be read. */
export interface Trouble {
  message: string;
}

export interface DeadLetterPage {
  queue: QueueName;
  /** Messages that were read, at most 1,000. */
  seen: number;
  groups: DeadLetterGroup[];
  /** At most 100, oldest first. */
  letters: DeadLetter[];
}

/** Selects the messages to redrive. Default: all. */
export interface RedriveRequest {
  /** Code of a `DeadLetterReason`. */
  reason?: string;
  /** SQS message IDs. */
  ids?: string[];
}

export interface EditRequest {
  /** The new message body. */
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

/** At least one field is required. */
export interface ThrottleRequest {
  maximumConcurrency?: number;
  enabled?: boolean;
}
