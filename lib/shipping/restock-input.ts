import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { orderFields } from '../order/fields.ts';
import { ORDER_RULES } from '../order/order.ts';
import { joinFaults, nameOf, received, unknownName } from '../text.ts';

const MAX_ITEMS = 1_000;

const { product_id, product_name, order_id } = orderFields;

const itemSchema = z.strictObject({
  /** The product, as in orders. */
  product_id: product_id.schema,
  /** New name of the product. Default: its current name, or `product_id` for a new product. */
  product_name: z.optional(product_name.schema),
  /** Pieces to add to the stock. */
  quantity: z.int().check(z.minimum(1), z.maximum(1_000_000_000)),
});

const oncePerProduct = z.check<z.output<typeof itemSchema>[]>(({ value, issues }) => {
  const seen = new Set<string>();
  for (const [index, { product_id }] of value.entries()) {
    if (seen.has(product_id)) {
      issues.push({ code: 'custom', path: [index, 'product_id'], input: product_id });
    }
    seen.add(product_id);
  }
});

const schema = z.strictObject({
  items: z.array(itemSchema).check(z.minLength(1), z.maxLength(MAX_ITEMS), oncePerProduct),
  /** Makes restocks idempotent: a restock with the same id adds nothing more. */
  restock_id: z.optional(order_id.schema),
});

type Item = z.output<typeof itemSchema>;

/** A validated request to add stock. */
export interface RestockInput {
  items: Item[];
  restock_id: string;
}

const RULES: Record<keyof RestockInput | keyof Item, string> = {
  // The numbers are written out, because loading number formats would take longer than the rest of the code.
  items: 'must be an array of 1 to 1,000 items',
  restock_id: `must be ${ORDER_RULES.order_id}`,
  product_id: `must be ${ORDER_RULES.product_id}`,
  product_name: `must be ${ORDER_RULES.product_name}`,
  quantity: 'must be a whole number from 1 to 1,000,000,000',
};

const ITEM_RULE = 'must be an item such as {"product_id":"P-1001","quantity":10}';

/**
 * Reads the input of a restock: an array of items, an object with `items`, or one item. An object may have a
 * `restock_id`.
 *
 * @param defaultId The `restock_id` to use if the input has none.
 * @throws InvalidInputError that names each invalid field, its rule and the received value
 */
export function readRestockInput(input: unknown, defaultId: string): RestockInput {
  if (typeof input !== 'object' || input === null) {
    throw new InvalidInputError(`input: ${ITEM_RULE}, or an array of them, received ${received(input)}`);
  }
  const isOneItem = !Array.isArray(input) && !('items' in input);
  const request = Array.isArray(input) ? { items: input } : isOneItem ? requestOf(input) : input;
  const result = schema.safeParse(request);
  if (result.success) {
    const { items, restock_id = defaultId } = result.data;
    return { items, restock_id };
  }
  const faults = result.error.issues.flatMap((issue) => {
    const path = isOneItem && issue.path[0] === 'items' ? issue.path.slice(2) : issue.path;
    if (issue.code === 'unrecognized_keys') {
      const rule = unknownName(Object.keys(issue.path.length > 0 ? itemSchema.shape : schema.shape));
      return issue.keys.map((key) => `${placeOf([...path, key])}: ${rule}`);
    }
    return `${placeOf(path)}: ${ruleOf(issue)}, received ${received(valueAt(request, issue.path))}`;
  });
  throw new InvalidInputError(joinFaults(faults));
}

function requestOf({ restock_id, ...item }: { restock_id?: unknown }): object {
  return { items: [item], restock_id };
}

function ruleOf({ code, path }: z.core.$ZodIssue): string {
  if (code === 'custom') return 'must be unique';
  const field = path.at(-1);
  return typeof field === 'number' ? ITEM_RULE : RULES[field as keyof typeof RULES];
}

/** Formats a path that starts with a name, such as `items[3].quantity`. */
const placeOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${nameOf(String(key))}`))
    .join('')
    .slice(1);

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((outer, key) => Object(outer)[key], value);
