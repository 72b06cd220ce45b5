import { type BodyEntry, type BodyOutcome, confirmed, deadLettered, orderWith } from './body-entry.ts';

const WRONG_TYPE = deadLettered('price: invalid_type');
const TOO_SMALL = deadLettered('price: too_small');
const NOT_JSON = deadLettered(': not_json');
const price = (json: string, expected: BodyOutcome, what = json): BodyEntry =>
  orderWith(`price: ${what}`, 'price', json, expected);

/** Prices that are not numbers, too large, or parsed to another value. */
export const badPrices: BodyEntry[] = [
  price('1e400', WRONG_TYPE, '1e400, which parses to Infinity'),
  price('-1e400', WRONG_TYPE, '-1e400, which parses to -Infinity'),
  price('1e-400', confirmed({ price: 0 }), '1e-400, which parses to 0'),
  price('-0', confirmed({ price: 0 })),
  price('-0.01', TOO_SMALL),
  price('-1e308', TOO_SMALL),
  price('1.7976931348623157e308', confirmed({ price: Number.MAX_VALUE }), 'the largest double'),
  price('9223372036854775808', confirmed({ price: 2 ** 63 }), '2**63'),
  price('9007199254740993', confirmed({ price: 9007199254740992 }), '2**53 + 1, which is rounded'),
  price('0.12345678901234567', confirmed({ price: 0.12345678901234566 }), '17 digits'),
  price(`0.${'3'.repeat(10_000)}`, confirmed({ price: 0.3333333333333333 }), '10,000 digits'),
  price(`1${'0'.repeat(10_000)}`, WRONG_TYPE, '10,000 zeros'),
  price('"39.90"', WRONG_TYPE, 'text'),
  price('"39,90 €"', WRONG_TYPE, 'text with a decimal comma'),
  price('""', WRONG_TYPE, 'empty text'),
  price('"NaN"', WRONG_TYPE, 'NaN as text'),
  price('NaN', NOT_JSON),
  price('Infinity', NOT_JSON),
  price('-Infinity', NOT_JSON),
  price('undefined', NOT_JSON),
  price('+1', NOT_JSON),
  price('.5', NOT_JSON),
  price('5.', NOT_JSON),
  price('012', NOT_JSON),
  price('0x1F', NOT_JSON),
  price('1_000', NOT_JSON),
  price('10n', NOT_JSON),
  price('1,5', NOT_JSON),
  price('[39.9]', WRONG_TYPE, 'an array with one price'),
  price('{"$numberDecimal":"1"}', WRONG_TYPE, 'a MongoDB operator'),
];
