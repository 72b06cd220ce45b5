import type { ClaimedRecord, SentRecord } from '../../../lib/aws/ledger-record.ts';
import type { Order } from '../../../lib/order/order.ts';
import { reconcile } from '../../../operations/reconcile/reconcile.ts';
import type { Progress } from '../../../operations/reconcile/reconciliation.ts';
import { seedOrder } from '../../order/seed-order.ts';
import { openScriptedPipeline, type StageScript } from '../../pipeline/open-scripted-pipeline.ts';

export const NOON = Date.UTC(2026, 10, 27, 12);
export const RANGE = { from: NOON - 3_600_000, to: NOON + 3_600_000 };

export const sent = (orderId: string): SentRecord => ({
  orderId,
  owner: 'm',
  status: 'SENT',
  snsMessageId: 's',
  sentAt: NOON,
});
export const claimed = (orderId: string, leaseUntil = NOON): ClaimedRecord => ({
  orderId,
  owner: 'm',
  status: 'CLAIMED',
  claimedAt: NOON - 60_000,
  leaseUntil,
});
export const row = (order_id: string) => ({ order_id, confirmed_at: '2026-11-27 12:00:00' });
export const order = (order_id: string, fields: Partial<Order> = {}) => ({
  ...seedOrder,
  order_id,
  ...fields,
});
export const event = (order_id: string) =>
  JSON.stringify({ event: 'OrderConfirmed', order: order(order_id), confirmed_at: NOON });
export const ORDER_COUNTS = {
  received: 0,
  confirmed: 0,
  unmarked: 0,
  dead_lettered: 0,
  in_progress: 0,
  stuck: 0,
};
export const STORED_COUNTS = { stored: 0, on_the_way: 0, dead_lettered: 0, missing: 0, unknown: 0 };
export const silent = (): Progress => ({ update: () => undefined, done: () => undefined });

export const compare = (script: StageScript) =>
  reconcile(openScriptedPipeline({ shipments: [], sales: [], ...script }).pipeline, RANGE, silent);
