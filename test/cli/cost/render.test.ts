import { describe, expect, it } from 'vitest';
import type { Demand } from '../../../cli/cost/demand.ts';
import { estimate } from '../../../cli/cost/estimate.ts';
import { render } from '../../../cli/cost/render.ts';
import { TEN_A_SECOND, WHOLE_SETTINGS } from './whole-settings.ts';

const shown = (peakRate: number, backlog: number, changes: Partial<Demand> = {}): string =>
  render(estimate(WHOLE_SETTINGS, { demand: { ...TEN_A_SECOND, ...changes }, peakRate, backlog }), 'a test');

describe('render', () => {
  it('prints a sum for each service, and the total of these sums', () => {
    const [bill = ''] = shown(30, 0).split('requests per order');
    const last = [...bill.matchAll(/^ {2}\S.*?([\d,.]+\.\d\d)$/gm)].map(([, sum = '']) =>
      Number(sum.replaceAll(',', '')),
    );
    const total = last.pop() ?? 0;
    expect(last.length).toBeGreaterThan(10);
    expect(last.reduce((sum, each) => sum + each, 0)).toBeCloseTo(total, 1);
    expect(total).toBeCloseTo(1_927.73, 1);
  });

  it('prints no warning if all capacities suffice', () => {
    expect(shown(30, 0)).toContain('At 30 orders a second no queue grows.');
    expect(shown(30, 0)).not.toMatch(/REFUSED|TOO SLOW|LOST/);
  });

  it('warns of a queue that grows in the peak hour and of refused HTTP requests', () => {
    expect(shown(600, 0)).toContain('At 600 orders a second the queue of analytics grows.');
    expect(shown(600, 0)).toContain(
      'REFUSED: POST /orders accepts 500 requests a second; further requests get status 429.',
    );
    expect(shown(600, 0, { via: 'queue' })).not.toContain('REFUSED');
  });

  it('warns of a consumer that cannot keep up with the mean rate and of messages that expire', () => {
    const text = shown(100, 0, { ordersPerDay: 8_640_000 });
    expect(text).toContain('TOO SLOW: analytics cannot keep up with the mean rate; the bill is too low.');
    expect(text).toContain('LOST: the queue of analytics keeps messages for 4.0 d');
    // 20,000,000 / (50 - 10) s = 5.8 d.
    expect(shown(30, 20_000_000)).toContain('LOST: the queue of analytics keeps messages for 4.0 d');
  });
});
