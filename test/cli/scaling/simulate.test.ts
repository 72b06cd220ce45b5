import { describe, expect, test } from 'vitest';
import { comparePolicies, type Scenario } from '../../../cli/scaling/compare.ts';
import { createFleet, type FleetOptions } from '../../../cli/scaling/fleet.ts';
import { readScalingOptions, type ScalingOptions } from '../../../cli/scaling/scaling-options.ts';
import { type Consumers, simulate } from '../../../cli/scaling/simulate.ts';
import { queueLength } from '../../../cli/scaling/target-tracking.ts';

const { scenario } = readScalingOptions([]) as ScalingOptions;

/** Returns the same number of orders for every step. */
const steady = (steps: number, arrived: number) => Array.from({ length: steps }, () => arrived);

describe('in a simulation', () => {
  const scenarios: [string, Scenario][] = [
    ['of the default scenario', scenario],
    ['of a small shop', { ...scenario, orders: 100_000, peak: 6, ratePerWorker: 3 }],
    ['with a fleet that is too small', { ...scenario, min: 1, max: 2, maximumConcurrency: 2 }],
    [
      'with a fleet that removes all surplus instances immediately',
      { ...scenario, scaleInStep: 1_000, warmUpSeconds: 0, metricDelaySeconds: 0 },
    ],
  ];
  for (const [name, each] of scenarios) {
    test(`${name}, every order that has arrived is processed or in the queue at every step`, () => {
      for (const { steps } of comparePolicies(each)) {
        let arrived = 0;
        let processed = 0;
        const wrong = steps.filter((step) => {
          arrived += step.arrived;
          processed += step.processed;
          return step.backlog !== arrived - processed || step.backlog < 0;
        });
        expect(wrong).toEqual([]);
        expect(arrived).toBe(each.orders);
        expect(processed).toBe(each.orders);
      }
    });

    test(`${name}, fleets and the mapping stay within their limits`, () => {
      const [mapping, ...fleets] = comparePolicies(each);
      for (const { steps } of fleets) {
        const wrong = steps.filter(
          ({ working, present }) => working < each.min || working > present || present > each.max,
        );
        expect(wrong).toEqual([]);
      }
      const most = Math.max(...(mapping?.steps ?? []).map(({ working }) => working));
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(each.maximumConcurrency);
    });
  }

  test('the same scenario gives the same steps', () => {
    expect(comparePolicies(scenario)).toEqual(comparePolicies(scenario));
  });
});

test('orders that are not processed in a step stay in the queue, and the simulation ends with the last order', () => {
  const one: Consumers = { scale: () => ({ working: 1, present: 1 }) };
  const steps = simulate([1_000, 3_000, 0], 150, one);
  expect(steps.map(({ second, processed, backlog, busy }) => [second, processed, backlog, busy])).toEqual([
    [0, 1_000, 0, 2 / 3],
    [10, 1_500, 1_500, 1],
    [20, 1_500, 0, 1],
  ]);
  expect(simulate([4_000], 150, one).map(({ backlog }) => backlog)).toEqual([2_500, 1_000, 0]);
});

test('a simulation without consumers ends after a week', () => {
  const none: Consumers = { scale: () => ({ working: 0, present: 0 }) };
  expect(simulate([1], 1, none).at(-1)?.second).toBe(7 * 86_400 - 10);
});

describe('a fleet', () => {
  const options: FleetOptions = {
    metric: queueLength,
    target: 100,
    min: 2,
    max: 20,
    warmUpSeconds: 120,
    metricDelaySeconds: 60,
    scaleInStep: 100,
  };
  /** Two instances process 20 orders a step and 30 arrive, so the queue grows by ten orders a step. */
  const run = (more: Partial<FleetOptions> = {}) =>
    simulate(steady(600, 30), 1, createFleet({ ...options, ...more }));
  /** Returns the second of the first step with more than two instances. */
  const firstMore = (steps: ReturnType<typeof simulate>, count: 'present' | 'working') =>
    steps.find((step) => step[count] > 2)?.second;

  test('launches instances after three datapoints above the target', () => {
    // The queue exceeds 100 orders after 11 steps. The datapoints of minutes 2, 3 and 4 arrive a minute late.
    expect(firstMore(run(), 'present')).toBe(300);
    expect(firstMore(run({ metricDelaySeconds: 0 }), 'present')).toBe(240);
    expect(firstMore(run({ metricDelaySeconds: 180 }), 'present')).toBe(420);
  });

  test('uses instances only after their warm-up', () => {
    expect(firstMore(run(), 'working')).toBe(420);
    expect(firstMore(run({ warmUpSeconds: 0 }), 'working')).toBe(300);
    expect(firstMore(run({ warmUpSeconds: 200 }), 'working')).toBe(500);
  });

  test('starts to scale in fifteen minutes after the queue has fallen below the target', () => {
    const steps = simulate([...steady(60, 30), ...steady(600, 0)], 1, createFleet(options));
    const most = Math.max(...steps.map(({ present }) => present));
    const shortAt = steps.findLast(({ backlog }) => backlog >= 90)?.second ?? Number.NaN;
    const scaledInAt =
      steps.find(({ present, second }) => second > shortAt && present < most)?.second ?? Number.NaN;
    expect(most).toBeGreaterThan(2);
    // The first datapoint below the target comes within a minute, the fifteenth 14 minutes later, with a delay of one minute.
    expect(scaledInAt - shortAt).toBeGreaterThan(15 * 60);
    expect(scaledInAt - shortAt).toBeLessThanOrEqual(16 * 60 + 10);
  });
});
