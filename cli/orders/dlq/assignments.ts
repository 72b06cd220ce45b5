import { InvalidInputError } from '../../../lib/errors.ts';
import { parseJson } from '../../../lib/json.ts';
import { type OrderField, orderFields } from '../../../lib/order/fields.ts';
import { received } from '../../../lib/text.ts';
import { UsageError } from '../../../program/options.ts';
import { type Queue, type QueueName, queueNamed } from '../../../topology.ts';

type Cell = OrderField['cell'];

const cells = Object.entries(orderFields).map(([name, { cell }]): [string, Cell] => [name, cell]);
const ORDER_FIELDS = new Map<string, Cell>(cells);
const EVENT_FIELDS = new Map<string, Cell>([
  ['event', 'text'],
  ['confirmed_at', 'number'],
  ...cells.map(([name, cell]): [string, Cell] => [`order.${name}`, cell]),
]);
/** The fields that `--set` accepts, by what a message holds. An upload message is an S3 event, where any path is accepted. */
const FIELDS: Readonly<Record<Queue['holds'], ReadonlyMap<string, Cell> | undefined>> = {
  upload: undefined,
  order: ORDER_FIELDS,
  'confirmed order': EVENT_FIELDS,
};

/** A field and its new value. */
export interface Assignment {
  /** Names of the nested properties, outermost first. */
  path: string[];
  value: unknown;
}

/**
 * Reads the values of `--set`.
 *
 * @throws UsageError if a text is not FIELD=VALUE, or messages of this queue have no such field.
 */
export function readAssignments(texts: readonly string[], queue: QueueName): Assignment[] {
  return texts.map((text) => {
    const [, field = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    const settable = FIELDS[queueNamed(queue).holds];
    if (field && (settable?.has(field) ?? true))
      return { path: field.split('.'), value: readValue(settable?.get(field), value) };
    const rule = settable
      ? `FIELD is one of ${[...settable.keys()].join(', ')}`
      : 'FIELD is a path such as Records.0.s3.object.key';
    throw new UsageError(`--set: must be FIELD=VALUE, where ${rule}, received ${received(text)}`);
  });
}

/** Reads a value as JSON if it is JSON. In a text field, `42` remains text. */
function readValue(cell: Cell | undefined, text: string): unknown {
  if (cell === 'text') return text;
  const value = parseJson(text);
  return value === undefined ? text : value;
}

/**
 * Sets fields of a message body.
 *
 * @throws InvalidInputError if the body is not JSON, or has no object to set a field in.
 */
export function assign(body: string, assignments: readonly Assignment[]): string {
  const root = parseJson(body);
  if (root === undefined)
    throw new InvalidInputError('--set: the message is not JSON; replace its body with orders dlq edit');
  for (const { path, value } of assignments) {
    let parent: unknown = root;
    for (const name of path.slice(0, -1)) {
      parent = Object.hasOwn(Object(parent), name) ? (parent as Record<string, unknown>)[name] : undefined;
    }
    if (typeof parent !== 'object' || parent === null) {
      throw new InvalidInputError(
        `--set: ${path.slice(0, -1).join('.') || 'the message'} must be an object to set ${path.join('.')}, received ${received(parent)}`,
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

/** Collects the values of a repeatable option. */
export const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value];
