import type { TopicMessage } from '../aws/topic.ts';
import type { Order } from '../order/order.ts';
import type { OrderConfirmed } from '../order/order-confirmed.ts';
import { confirmationEmail } from './confirmation-email.ts';

/** `OrderConfirmed` as a queue receives it, whether through the topic, with raw delivery, or directly. */
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

/**
 * `OrderConfirmed` as it is published. One publish reaches people and machines: readable text for e-mail subscriptions, the
 * event as JSON for queues.
 *
 * @param confirmedAt epoch milliseconds
 */
export function toPublishedMessage(order: Order, confirmedAt: number): TopicMessage {
  const { subject, text } = confirmationEmail(order);
  const { body, attributes } = toConfirmedMessage(order, confirmedAt);
  return { subject, body: { default: body, email: text }, attributes };
}
