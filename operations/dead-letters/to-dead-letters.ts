import pMap from 'p-map';
import type { ReceivedMessage } from '../../lib/aws/queue.ts';
import { parseJson } from '../../lib/json.ts';
import { ORDER_RULES, type OrderIssue, parseOrder, parseOrderField } from '../../lib/order/order.ts';
import { type QueueName, queueNamed } from '../../topology.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { DeadLetter, DeadLetterReason } from './dead-letter.ts';
import { diagnoseUpload, fileFault } from './diagnose-upload.ts';
import { validateBody } from './validate-body.ts';

/** Maximum number of concurrent reads of receipts. */
const CONCURRENCY = 8;

/**
 * Determines why messages are in a dead-letter queue, by validating each again.
 *
 * @returns The dead letters, in the order of the messages.
 * @throws ServiceError if a receipt cannot be read
 */
export async function toDeadLetters(
  pipeline: Pipeline,
  queue: QueueName,
  messages: Iterable<ReceivedMessage>,
): Promise<DeadLetter[]> {
  return pMap(
    messages,
    async ({ id, body, attributes, sentAt }) => ({
      id,
      queue,
      ...(await diagnose(pipeline, queue, body)),
      order_id: orderIdOf(queue, body),
      body,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([name, { StringValue, BinaryValue }]) => [
          name,
          StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64'),
        ]),
      ),
      sent_at: new Date(sentAt).toISOString(),
    }),
    { concurrency: CONCURRENCY },
  );
}

async function diagnose(
  pipeline: Pipeline,
  queue: QueueName,
  body: string,
): Promise<{ reason: DeadLetterReason; errors: string[] }> {
  const issues = validateBody(queue, body);
  if (queueNamed(queue).holds !== 'upload' || issues.length > 0)
    return { reason: toReason(issues), errors: messagesOf(issues) };
  const faults = await diagnoseUpload(pipeline, body);
  return { reason: toReason(faults, fileFault), errors: messagesOf(faults) };
}

const messagesOf = (issues: readonly { message: string }[]): string[] => issues.map(({ message }) => message);

/** An order without an id gets one that is derived from its fields, provided that it is valid. */
function orderIdOf(queue: QueueName, body: string): string | null {
  const { holds } = queueNamed(queue);
  if (holds === 'upload') return null;
  const value = parseJson(body);
  const order: unknown = holds === 'order' ? value : Object(value).order;
  const named = parseOrderField('order_id', Object(order).order_id);
  if (named.ok) return named.text;
  const parsed = parseOrder(order);
  return parsed.ok ? parsed.order.order_id : null;
}

const PASSING: DeadLetterReason = {
  code: 'passing',
  text: 'valid message, the cause of the failure was temporary',
};

/** Rules for a message as a whole, by error code. */
const WHOLE: Readonly<Record<string, string>> = {
  not_a_part: 'must be a valid part of an order file',
  not_json: 'must be JSON',
  not_an_object: 'must be a JSON object',
  not_an_s3_event: 'must be an S3 event',
};

/** Rules for the fields of an event, in addition to those of its order. */
const EVENT_RULES: Readonly<Record<string, string>> = {
  event: '"OrderConfirmed"',
  confirmed_at: 'whole epoch milliseconds from 1970 to 9999',
};

/**
 * Combines all errors of a message into one reason. Messages that break the same rules get the same reason, even if their
 * values or the order of their fields differ.
 *
 * @param inWords Describes an error without its value.
 */
export function toReason(
  issues: readonly OrderIssue[],
  inWords: (issue: OrderIssue) => string = ruleBroken,
): DeadLetterReason {
  if (issues.length === 0) return PASSING;
  const textByCode = new Map(
    issues.map((issue) => [issue.path ? `${issue.path}:${issue.code}` : issue.code, inWords(issue)]),
  );
  const codes = [...textByCode.keys()].sort();
  return { code: codes.join('+'), text: codes.map((code) => textByCode.get(code)).join('; ') };
}

function ruleBroken({ path, code }: OrderIssue): string {
  const whole = WHOLE[code];
  if (whole) return `${path || 'the message'} ${whole}`;
  if (code === 'missing') return `${path} is missing`;
  const rules: Readonly<Record<string, string>> = { ...EVENT_RULES, ...ORDER_RULES };
  return `${path} must be ${rules[path.replace(/^order\./, '')]}`;
}
