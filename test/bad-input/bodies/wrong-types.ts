import { type BodyEntry, deadLettered, order } from './body-entry.ts';

const TEXTS = ['customer_name', 'email_id', 'product_id', 'product_name', 'order_id'];
const ALL = [...TEXTS, 'price', 'timestamp'];

const wrong = (fields: readonly string[], kind: string, value: unknown): BodyEntry[] =>
  fields.map((field) =>
    order(`${field} is ${kind}`, { [field]: value }, deadLettered(`${field}: invalid_type`)),
  );

/** Each field with a value of a wrong JSON type. */
export const wrongTypes: BodyEntry[] = [
  ...wrong(TEXTS, 'a number', 7),
  ...wrong(ALL, 'null', null),
  ...wrong(ALL, 'an array', ['Jane', 1]),
  ...wrong(ALL, 'an object', { toString: 'Jane' }),
  ...wrong(ALL, 'true', true),
  ...ALL.filter((field) => field !== 'order_id').map((field) =>
    order(`${field} is missing`, { [field]: undefined }, deadLettered(`${field}: missing`)),
  ),
];
