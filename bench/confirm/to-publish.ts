import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { toConfirmedMessage } from '../../lib/confirm/confirmed-message.ts';
import { parseOrderText } from '../../lib/order/order.ts';

/** Creates the publish request of one confirmation. Queues and e-mails get the same event. */
export function toPublish(body: string): PublishCommandInput {
  const parsed = parseOrderText(body);
  if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => message).join('; '));
  const { order } = parsed;
  const { body: Message, attributes } = toConfirmedMessage(order, Date.now());
  return {
    TopicArn: process.env.ORDER_EVENTS_TOPIC_ARN,
    Subject: `Order confirmed: ${order.order_id}`,
    Message,
    MessageAttributes: attributes,
  };
}
