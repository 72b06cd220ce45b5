import { PRICES, type PriceName } from './prices.ts';

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

/** @param quantity units a month */
export function costLine(service: string, what: string, quantity: number, price: PriceName): CostLine {
  const { value, per, unit } = PRICES[price];
  return { service, what, quantity, unit, price, unitPrice: value, per, monthly: (quantity / per) * value };
}
