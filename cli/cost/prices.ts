import priceFile from './prices.json' with { type: 'json' };

export type PriceName = keyof typeof priceFile.prices;

export interface Price {
  /** USD for `per` units. */
  value: number;
  per: number;
  unit: string;
  /** AWS's own price page. Scripts generate its content, so the price was read from `source`. */
  page: string;
  /** URL that the price was read from. */
  source: string;
  /** Date of the source, or, if it has none, the date on which it was read: ISO 8601. */
  date: string;
  /** Whether the source is not published by AWS. */
  thirdParty: boolean;
}

/** The region of the prices. */
export const PRICE_REGION: string = priceFile.region;

/** Unit prices without free tiers and volume discounts. */
export const PRICES: Record<PriceName, Price> = priceFile.prices;

/** One line of the monthly bill. */
export interface CostLine {
  service: string;
  what: string;
  /** Units a month. */
  quantity: number;
  unit: string;
  price: PriceName;
  /** USD for `per` units. */
  unitPrice: number;
  per: number;
  /** USD. */
  monthly: number;
}

/** @param quantity Units a month. */
export function costLine(service: string, what: string, quantity: number, price: PriceName): CostLine {
  const { value, per, unit } = PRICES[price];
  return { service, what, quantity, unit, price, unitPrice: value, per, monthly: (quantity / per) * value };
}
