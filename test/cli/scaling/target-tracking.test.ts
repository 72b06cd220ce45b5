import { describe, expect, test } from 'vitest';
import { backlogPerInstance, queueLength, trackTarget } from '../../../cli/scaling/target-tracking.ts';

const GROUP = { warm: 4, warming: 0, min: 2, max: 20, scaleInStep: 100 };
const minutes = (count: number, value: number) => Array.from({ length: count }, () => value);

test('backlog per instance halves with twice the instances, queue length does not', () => {
  expect(backlogPerInstance({ visible: 1_500, inService: 10 })).toBe(150);
  expect(backlogPerInstance({ visible: 1_500, inService: 20 })).toBe(75);
  expect(queueLength({ visible: 1_500, inService: 10 })).toBe(1_500);
  expect(queueLength({ visible: 1_500, inService: 20 })).toBe(1_500);
});

describe('scaling out', () => {
  test("is as on AWS's page: 1,500 messages, ten instances, a target of 100 each: five more", () => {
    const metric = backlogPerInstance({ visible: 1_500, inService: 10 });
    expect(trackTarget(minutes(3, metric), 100, { ...GROUP, warm: 10 })).toBe(15);
  });

  test('is in proportion to the metric: three times the target, three times the instances', () => {
    expect(trackTarget(minutes(3, 300), 100, GROUP)).toBe(12);
  });

  test('goes by the newest datapoint', () => {
    expect(trackTarget([900, 900, 150], 100, GROUP)).toBe(6);
  });

  test('rounds up', () => {
    expect(trackTarget(minutes(3, 101), 100, GROUP)).toBe(5);
  });

  test('ends at the most instances', () => {
    expect(trackTarget(minutes(3, 300), 100, { ...GROUP, max: 10 })).toBe(10);
  });

  test('needs three datapoints above the target, one after the other', () => {
    expect(trackTarget(minutes(2, 300), 100, GROUP)).toBe(4);
    expect(trackTarget([300, 300, 100], 100, GROUP)).toBe(4);
    expect(trackTarget([300, 100, 300, 300], 100, GROUP)).toBe(4);
    expect(trackTarget([100, 300, 300, 300], 100, GROUP)).toBe(12);
  });

  test('takes into account what warms up: it is there, but is not multiplied', () => {
    // 4 x 3 = 12, which are there.
    expect(trackTarget(minutes(3, 300), 100, { ...GROUP, warming: 8 })).toBe(12);
    // Nor are those that were launched for more taken away.
    expect(trackTarget(minutes(3, 200), 100, { ...GROUP, warming: 8 })).toBe(12);
    // 4 x 4 = 16: four more than there are.
    expect(trackTarget(minutes(3, 400), 100, { ...GROUP, warming: 8 })).toBe(16);
  });
});

describe('scaling in', () => {
  test('needs fifteen datapoints below nine tenths of the target, one after the other', () => {
    const group = { ...GROUP, warm: 10 };
    expect(trackTarget(minutes(14, 50), 100, group)).toBe(10);
    expect(trackTarget(minutes(15, 50), 100, group)).toBe(5);
    expect(trackTarget([...minutes(14, 50), 90, ...minutes(14, 50)], 100, group)).toBe(10);
    expect(trackTarget(minutes(15, 90), 100, group)).toBe(10);
    expect(trackTarget(minutes(15, 89), 100, group)).toBe(9);
  });

  test('rounds up what stays, so that no more is removed than the metric allows', () => {
    expect(trackTarget(minutes(15, 51), 100, { ...GROUP, warm: 10 })).toBe(6);
  });

  test('ends at the fewest instances', () => {
    expect(trackTarget(minutes(15, 0), 100, { ...GROUP, warm: 10 })).toBe(2);
  });

  test('removes no more than a step at once', () => {
    expect(trackTarget(minutes(15, 0), 100, { ...GROUP, warm: 10, scaleInStep: 1 })).toBe(9);
    expect(trackTarget(minutes(15, 0), 100, { ...GROUP, warm: 10, scaleInStep: 3 })).toBe(7);
  });

  test('waits while instances warm up', () => {
    expect(trackTarget(minutes(15, 0), 100, { ...GROUP, warm: 10, warming: 1 })).toBe(11);
  });
});

test('without datapoints, and between the alarms, nothing changes', () => {
  expect(trackTarget([], 100, GROUP)).toBe(4);
  expect(trackTarget(minutes(60, 95), 100, GROUP)).toBe(4);
});
