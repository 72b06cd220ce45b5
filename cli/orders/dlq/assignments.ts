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
/** Fields that may be set in a message, by what it holds; anything in an S3 event, whose form is Amazon's. */
const FIELDS: Readonly<Record<Queue['holds'], ReadonlyMap<string, Cell> | undefined>> = {
  upload: undefined,
  order: ORDER_FIELDS,
  'confirmed order': EVENT_FIELDS,
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
    const settable = FIELDS[queueNamed(queue).holds];
    if (field && (settable?.has(field) ?? true))
      return { path: field.split('.'), value: readValue(settable?.get(field), value) };
    const rule = settable
      ? `FIELD one of ${[...settable.keys()].join(', ')}`
      : 'FIELD a path such as Records.0.s3.object.key';
    throw new UsageError(`--set: must be FIELD=VALUE, ${rule}, received ${received(text)}`);
  });
}

/** Fields that are texts stay texts, even where a number would fit. */
function readValue(cell: Cell | undefined, text: string): unknown {
  if (cell === 'text') return text;
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
