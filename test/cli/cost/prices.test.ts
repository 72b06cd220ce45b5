import { describe, expect, it } from 'vitest';
import { estimate } from '../../../cli/cost/estimate.ts';
import { PRICE_REGION, PRICES, type Price } from '../../../cli/cost/prices.ts';
import { TEN_A_SECOND, WHOLE_SETTINGS } from './whole-settings.ts';

const prices = Object.entries(PRICES) as [string, Price][];

describe('prices.json', () => {
  it('has the prices of us-east-1', () => {
    expect(PRICE_REGION).toBe('us-east-1');
  });

  it.each(prices)('has the value, unit, AWS page, source and date of %s', (_name, price) => {
    expect(price.value).toBeGreaterThan(0);
    expect(price.per).toBeGreaterThanOrEqual(1);
    expect(price.unit).not.toBe('');
    expect(new URL(price.page).hostname).toBe('aws.amazon.com');
    expect(new URL(price.source).protocol).toBe('https:');
    expect(new Date(price.date).toISOString().slice(0, 10)).toBe(price.date);
    expect(price.thirdParty).toBe(!price.source.startsWith('https://github.com/aws/'));
  });

  it('has no unused price', () => {
    const { lines } = estimate(WHOLE_SETTINGS, { demand: TEN_A_SECOND, peakRate: 30, backlog: 0 }).bills.mean;
    expect(new Set(lines.map(({ price }) => price))).toEqual(new Set(Object.keys(PRICES)));
  });
});
