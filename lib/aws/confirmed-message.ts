import type { Order } from '../order/order.ts';
import type { OrderConfirmed } from '../order/order-confirmed.ts';

/** `OrderConfirmed` as a queue gets it, whether through the topic, with raw delivery, or directly. */
export interface ConfirmedMessage {
  /** The event as JSON. */
  body: string;
  /** Message attributes; SNS and SQS write them alike. */
  attributes: Record<'event' | 'email_id', { DataType: 'String'; StringValue: string }>;
}

/** @param confirmedAt epoch milliseconds */
export function toConfirmedMessage(order: Order, confirmedAt: number): ConfirmedMessage {
  const event: OrderConfirmed = { event: 'OrderConfirmed', order, confirmed_at: confirmedAt };
  return {
    body: JSON.stringify(event),
    attributes: {
      event: { DataType: 'String', StringValue: event.event },
      email_id: { DataType: 'String', StringValue: order.email_id },
    },
  };
}
