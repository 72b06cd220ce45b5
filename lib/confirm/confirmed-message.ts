import type { TopicMessage } from '../aws/topic.ts';
import type { Order } from '../order/order.ts';
import type { OrderConfirmed } from '../order/order-confirmed.ts';
import { confirmationEmail } from './confirmation-email.ts';

/** The event `OrderConfirmed` as queues receive it, either from the topic with raw delivery or directly. */
export interface ConfirmedMessage {
  /** The event as JSON. */
  body: string;
  /** Message attributes, in the format of both SNS and SQS. */
  attributes: Record<'event' | 'email_id', { DataType: 'String'; StringValue: string }>;
}

/**
 * Converts an order to the message that queues receive.
 *
 * @param confirmedAt Epoch milliseconds.
 */
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

/**
 * Converts an order to the message that the topic publishes: a readable text for e-mail subscriptions, the event as JSON for
 * queues.
 *
 * @param confirmedAt Epoch milliseconds.
 */
export function toPublishedMessage(order: Order, confirmedAt: number): TopicMessage {
  const { subject, text } = confirmationEmail(order);
  const { body, attributes } = toConfirmedMessage(order, confirmedAt);
  return { subject, body: { default: body, email: text }, attributes };
}
