import { describe, expect, it } from 'vitest';
import { checkPlan, figuresOf, planBacklog, planRun, type Reading, START } from '../../bench/window.ts';

const LENGTH = { warmUp: 6_000, measured: 24_000 };

describe('planRun', () => {
  it('measures after the warm-up and until the last orders are in flight', () => {
    expect(planRun(LENGTH, 1_000, 1)).toEqual({ orders: 30_000, inFlight: 1_000, from: 6_000, to: 29_000 });
  });

  it('scales the measured orders and keeps the warm-up', () => {
    expect(planRun(LENGTH, 100, 0.5)).toMatchObject({ orders: 18_000, from: 6_000, to: 17_900 });
    expect(planRun(LENGTH, 100, 2)).toMatchObject({ orders: 54_000, from: 6_000, to: 53_900 });
  });

  it('plans at least ten times the orders in flight, and measures at least five times, however small the scale', () => {
    for (const scale of [0.01, 0.2, 0.5, 1, 10])
      for (const inFlight of [1, 10, 100, 500, 1_000])
        for (const warmUp of [0, 800, 2_000, 12_000]) {
          const plan = planRun({ warmUp, measured: 8_000 }, inFlight, scale);
          expect(plan.orders).toBeGreaterThanOrEqual(10 * inFlight);
          expect(plan.to - plan.from).toBeGreaterThanOrEqual(5 * inFlight);
          expect(() => checkPlan('ours', plan)).not.toThrow();
        }
  });

  it('is never shorter than a run of 20 %', () => {
    expect(planRun(LENGTH, 100, 0.01)).toEqual(planRun(LENGTH, 100, 0.2));
    expect(planRun(LENGTH, 100, 0.2).orders).toBe(6_000 + 4_800);
  });
});

describe('planBacklog', () => {
  it('measures a long backlog after its warm-up', () => {
    expect(planBacklog(10_000, 1_000)).toEqual({ orders: 10_000, inFlight: 1_000, from: 4_000, to: 9_000 });
  });

  it('measures a short backlog as a whole', () => {
    expect(planBacklog(9_999, 1_000)).toEqual({ orders: 9_999, inFlight: 1_000, from: 0, to: 9_999 });
  });
});

describe('checkPlan', () => {
  it('refuses a run with fewer than ten times the orders in flight', () => {
    expect(() =>
      checkPlan('confirm: Powertools', { orders: 800, inFlight: 1_000, from: 320, to: 800 }),
    ).toThrow(
      'confirm: Powertools: 800 orders cannot be measured with 1000 in flight, give 10000 or measure from the start',
    );
  });

  it('refuses a measured part of fewer than five times the orders in flight', () => {
    expect(() => checkPlan('ours', { orders: 10_000, inFlight: 1_000, from: 6_000, to: 9_000 })).toThrow(
      'ours: 3000 measured orders are too few with 1000 in flight, give 5000',
    );
  });

  it('accepts any number of orders that is measured from start to end', () => {
    expect(() => checkPlan('ours', { orders: 800, inFlight: 1_000, from: 0, to: 800 })).not.toThrow();
  });
});

const reading = (orders: number, seconds: number, requests: number, cpuSeconds = 0): Reading => ({
  orders,
  seconds,
  requests,
  cpuSeconds,
});

describe('figuresOf', () => {
  it('computes rate, requests per order and CPU time of the measured part', () => {
    const figures = figuresOf(
      'ours',
      reading(4_000, 4, 2_000, 3),
      reading(9_000, 9, 4_500, 5),
      reading(10_000, 12, 5_000, 6),
    );
    expect(figures).toMatchObject({ ordersPerSecond: 1_000, requestsPerOrder: 0.5, cpuMs: 400 });
    // The counts agree, so only the readings' 25 ms of 5 s are uncertain.
    expect(figures.uncertainty).toBeCloseTo(0.005);
  });

  it('refuses the rate of a wave: 480 of 800 orders are deleted in 155 ms, but their work was done before', () => {
    const begin = reading(320, 5.95, 2_500);
    const end = reading(800, 6.105, 2_560);
    expect(() => figuresOf('confirm: Powertools', begin, end, end)).toThrow(
      'confirm: Powertools: counted 480 orders in 0.155 s, which is 3,097 orders/s, but its 60 requests are those of 121 orders/s; give more orders (--percent)',
    );
  });

  it('accepts the rate of the same run when it is measured from its start', () => {
    const end = reading(800, 6.105, 2_560);
    expect(figuresOf('confirm: Powertools', START, end, end).ordersPerSecond).toBeCloseTo(131, 0);
  });

  it('refuses a rate that is too low for its requests', () => {
    expect(() => figuresOf('ours', START, reading(1_000, 10, 1_500), reading(2_000, 12, 2_000))).toThrow(
      'which is 100 orders/s, but its 1500 requests are those of 150 orders/s',
    );
  });

  it('reports the difference of the two counts as uncertainty', () => {
    const figures = figuresOf('ours', START, reading(1_000, 10, 1_100), reading(2_000, 20, 2_000));
    expect(figures.uncertainty).toBeCloseTo(0.1 + 0.0025);
  });

  it('refuses a measured part that is too short for its readings', () => {
    const end = reading(1_000, 0.09, 100);
    expect(() => figuresOf('ours', START, end, end)).toThrow('counted 1000 orders in 0.090 s');
    expect(() => figuresOf('ours', end, end, end)).toThrow('counted 0 orders in 0.000 s');
  });
});
