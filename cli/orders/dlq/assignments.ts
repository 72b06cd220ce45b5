import { InvalidInputError } from '../../../lib/errors.ts';
import { parseJson } from '../../../lib/json.ts';
import { ORDER_FIELDS } from '../../../lib/order/order.ts';
import { received } from '../../../lib/text.ts';
import { UsageError } from '../../../program/options.ts';
import type { QueueName } from '../../../topology.ts';

/** Fields that are texts even where a number would fit. */
const TEXT_FIELDS = new Set(['customer_name', 'email_id', 'product_id', 'product_name', 'order_id', 'event']);

const EVENT_FIELDS = ['event', 'confirmed_at', ...ORDER_FIELDS.map((field) => `order.${field}`)];
/** What may be set in the messages of a queue; anything in an S3 event, which is not ours. */
const FIELDS: Readonly<Record<QueueName, readonly string[] | undefined>> = {
  upload: undefined,
  order: ORDER_FIELDS,
  shipping: EVENT_FIELDS,
  analytics: EVENT_FIELDS,
};

/** A field that is to have another value. */
export interface Assignment {
  /** From the outside inwards. */
  path: string[];
  value: unknown;
}

/**
 * Reads the values of `--set`.
 *
 * @throws UsageError that names what cannot be followed, or a field that messages of this queue do not have
 */
export function readAssignments(texts: readonly string[], queue: QueueName): Assignment[] {
  return texts.map((text) => {
    const [, field = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    const fields = FIELDS[queue];
    if (field && (fields?.includes(field) ?? true))
      return { path: field.split('.'), value: readValue(field, value) };
    const rule = fields
      ? `FIELD one of ${fields.join(', ')}`
      : 'FIELD a path such as Records.0.s3.object.key';
    throw new UsageError(`--set: must be FIELD=VALUE, ${rule}, received ${received(text)}`);
  });
}

function readValue(field: string, text: string): unknown {
  if (TEXT_FIELDS.has(field.replace(/^order\./, ''))) return text;
  const value = parseJson(text);
  return value === undefined ? text : value;
}

/**
 * Gives fields of a JSON text their new values.
 *
 * @throws InvalidInputError for what is not JSON, or has nothing where the field would be
 */
export function assign(body: string, assignments: readonly Assignment[]): string {
  const root = parseJson(body);
  if (root === undefined)
    throw new InvalidInputError('--set: must have JSON to set a field in; dlq edit takes another body');
  for (const { path, value } of assignments) {
    let parent: unknown = root;
    for (const name of path.slice(0, -1)) {
      parent = Object.hasOwn(Object(parent), name) ? (parent as Record<string, unknown>)[name] : undefined;
    }
    if (typeof parent !== 'object' || parent === null) {
      throw new InvalidInputError(
        `--set: must have an object to set ${path.join('.')} in, received ${received(parent)}`,
      );
    }
    Object.defineProperty(parent, path.at(-1) ?? '', {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return JSON.stringify(root);
}

/** For options that may be repeated, one value each. */
export const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value];
