import fc, { type Arbitrary } from 'fast-check';

/** An order in any form that the contract in `docs/order.md` allows. */
export interface WrittenOrder {
  customer_name: string;
  email_id: string;
  product_id: string;
  product_name: string;
  price: number;
  timestamp: number | string;
  order_id?: string;
}

/**
 * 3 March 1973 in epoch milliseconds; smaller numbers are read as seconds. Earlier times are valid in seconds or as a date, but
 * not in milliseconds, so such an order would change when it is read again.
 */
const MIN_TIMESTAMP = 100_000_000_000;
const MAX_TIMESTAMP = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const isClean = (character: string): boolean => !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(character);

const character = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) },
  { weight: 2, arbitrary: fc.constantFrom(...'",\\\'{}[] é李🐉\u00a0\u0301\u200b\u202e\ufeff\ufffd') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter(isClean) },
);

/** Normalized text: trimmed, 1 to 256 UTF-16 code units. */
export const arbitraryText: Arbitrary<string> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .string({ unit: character, minLength: 1, maxLength: 16 })
      .map((text) => text.trim())
      .filter((text) => text !== ''),
  },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(256), '🐉'.repeat(128)) },
);

const atom = fc.stringMatching(/^[A-Za-z0-9_'+-]{0,5}[A-Za-z0-9_+-]$/);
const label = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,5}$/);

export const arbitraryEmail: Arbitrary<string> = fc
  .record({
    local: fc.array(atom, { minLength: 1, maxLength: 3 }),
    labels: fc.array(label, { minLength: 1, maxLength: 3 }),
    top: fc.stringMatching(/^[A-Za-z]{2,5}$/),
  })
  .map(({ local, labels, top }) => `${local.join('.')}@${labels.join('.')}.${top}`);

export const arbitraryPrice: Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 100_000 }).map((cents) => cents / 100),
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, Number.MIN_VALUE, Number.MAX_VALUE),
);

/** Epoch milliseconds. */
export const arbitraryMoment: Arbitrary<number> = fc.oneof(
  fc.integer({ min: MIN_TIMESTAMP, max: 2_000_000_000_000 }),
  fc.integer({ min: MIN_TIMESTAMP, max: MAX_TIMESTAMP }),
  fc
    .integer({ min: MIN_TIMESTAMP / 1000, max: Math.floor(MAX_TIMESTAMP / 1000) })
    .map((seconds) => seconds * 1000),
  fc.constantFrom(0, MIN_TIMESTAMP, MAX_TIMESTAMP),
);

/** A time in any format that the contract allows. */
export function writtenMoment(moment: number): Arbitrary<number | string> {
  const numbers = [moment, ...(moment / 1000 < 1e11 ? [moment / 1000] : [])];
  const offset = fc
    .integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 })
    .filter((minutes) => hasFourDigitYear(moment + minutes * 60_000));
  const iso = fc
    .record({
      offset,
      style: fc.constantFrom('+hh:mm', '+hhmm', 'Z', 'none'),
      between: fc.constantFrom('T', 't', ' '),
      point: fc.constantFrom('.', ','),
      moreDecimals: fc.constantFrom('', '0', '000', '4'),
    })
    .map(({ offset: minutes, style, between, point, moreDecimals }) => {
      const isUtc = style === 'Z' || style === 'none';
      const local = new Date(moment + (isUtc ? 0 : minutes * 60_000)).toISOString().slice(0, -1);
      const text = local.replace('T', between).replace('.', point) + moreDecimals;
      return text + (isUtc ? (style === 'Z' ? 'Z' : '') : writtenOffset(minutes, style === '+hh:mm'));
    });
  return fc.oneof(fc.constantFrom(...numbers), iso, fc.constant(shortest(moment)));
}

const hasFourDigitYear = (moment: number): boolean => /^\d{4}-/.test(new Date(moment).toISOString());

function writtenOffset(minutes: number, hasColon: boolean): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const [hh, mm] = [hours, rest].map((part) => String(part).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${hh}${hasColon ? ':' : ''}${mm}`;
}

/** Omits the parts that are zero and optional in ISO 8601. */
function shortest(moment: number): string {
  return new Date(moment)
    .toISOString()
    .replace(/\.000Z$/, 'Z')
    .replace(/:00Z$/, 'Z')
    .replace(/T00:00Z$/, '');
}

const padding = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom(...' \t\n\r\u00a0\u2028\ufeff'), maxLength: 3 }),
  },
);

/** Text with white space around it, which the parser trims. */
export const padded = (text: string): Arbitrary<string> =>
  fc.tuple(padding, padding).map(([before, after]) => `${before}${text}${after}`);

export const arbitraryOrderId: Arbitrary<string> = fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/);

export const arbitraryOrder: Arbitrary<WrittenOrder> = fc.record(
  {
    customer_name: arbitraryText.chain(padded),
    email_id: arbitraryEmail.chain(padded),
    product_id: arbitraryText.chain(padded),
    product_name: arbitraryText.chain(padded),
    price: arbitraryPrice,
    timestamp: arbitraryMoment.chain(writtenMoment),
    order_id: arbitraryOrderId.chain(padded),
  },
  {
    requiredKeys: ['customer_name', 'email_id', 'product_id', 'product_name', 'price', 'timestamp'],
  },
);
