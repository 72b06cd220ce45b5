import { describe, expect, it } from 'vitest';
import { flowOf } from '../../../cli/cost/queue-flow.ts';
import { CONSUMER } from './whole-settings.ts';

const tenth = () => 0.1;

describe('flowOf', () => {
  it('fills batches with the orders that arrive within the window', () => {
    // 8 orders a second over 4 pollers are 2 each. A receive returns 1 + 2 × 0.02 s; the window of 2 s adds 4.
    const consumer = { ...CONSUMER, batchSize: 50, windowSeconds: 2, maximumConcurrency: 4 };
    const flow = flowOf(consumer, 8, tenth, 'mean');
    expect(flow.pollers).toBe(4);
    expect(flow.ordersPerReceive).toBeCloseTo(1.04, 10);
    expect(flow.ordersPerBatch).toBeCloseTo(5.04, 10);
    expect(flow.receives).toBeCloseTo(0.961538, 6);
    expect(flow.invocations).toBeCloseTo(0.198413, 6);
    expect(flow.deletes).toBeCloseTo(0.198413, 6);
    // The last receive of each window is empty.
    expect(flow.emptyReceives).toBeCloseTo(0.198413, 6);
  });

  it('limits batches to the batch size, and deletes ten messages per request', () => {
    // 5 pollers with 40 orders a second each would have 1.8 + 40 in a window; 25 fit.
    const flow = flowOf({ ...CONSUMER, batchSize: 25 }, 200, tenth, 'mean');
    expect(flow.ordersPerBatch).toBe(25);
    expect(flow.deletes).toBeCloseTo(3 / 25, 10);
    expect(flow.emptyReceives).toBeCloseTo(0, 10);
  });

  it('uses more than five pollers if five are not enough, up to the maximum concurrency', () => {
    // 1,200 orders a second × 0.5 s a batch / 100 orders = 6 concurrent batches.
    const pollers = (most: number) =>
      flowOf({ ...CONSUMER, maximumConcurrency: most }, 1_200, () => 0.5, 'mean').pollers;
    expect(pollers(10)).toBe(6);
    expect(pollers(5)).toBe(5);
    expect(pollers(2)).toBe(2);
  });

  it('polls an almost idle queue once in 20 s with each poller', () => {
    // 0.001 orders a second: 5 / 20 s = 0.25 polls a second, 250 per order, one of which returns it.
    const flow = flowOf({ ...CONSUMER, windowSeconds: 0 }, 0.001, tenth, 'mean');
    expect(flow.receives + flow.emptyReceives).toBeGreaterThan(250);
    expect(flow.receives + flow.emptyReceives).toBeLessThan(251);
  });

  it('computes full batches and no empty receives for a backlog', () => {
    const flow = flowOf(CONSUMER, 1, tenth, 'full');
    expect(flow).toMatchObject({ ordersPerBatch: 100, ordersPerReceive: 10, emptyReceives: 0 });
    expect(flow.receives).toBeCloseTo(0.1, 10);
    expect(flow.deletes).toBeCloseTo(0.1, 10);
    expect(flow.invocations).toBeCloseTo(0.01, 10);
  });

  it('limits batches to 6 MB', () => {
    // 6,291,456 bytes / 1,327 bytes a record.
    expect(flowOf({ ...CONSUMER, batchSize: 10_000 }, 1, tenth, 'full').ordersPerBatch).toBe(4_741);
  });
});
