import { describe, expect, test } from 'vitest';
import { backlogPerInstance, queueLength, trackTarget } from '../../../cli/scaling/target-tracking.ts';

const GROUP = { warm: 4, warming: 0, min: 2, max: 20, scaleInStep: 100 };
const minutes = (count: number, value: number) => Array.from({ length: count }, () => value);

test('doubling the instances halves the backlog per instance and leaves the queue length unchanged', () => {
  expect(backlogPerInstance({ visible: 1_500, inService: 10 })).toBe(150);
  expect(backlogPerInstance({ visible: 1_500, inService: 20 })).toBe(75);
  expect(queueLength({ visible: 1_500, inService: 10 })).toBe(1_500);
  expect(queueLength({ visible: 1_500, inService: 20 })).toBe(1_500);
});

describe('scaling out', () => {
  test("adds five instances in the example of AWS's page: 1,500 messages, ten instances, target 100", () => {
    const metric = backlogPerInstance({ visible: 1_500, inService: 10 });
    expect(trackTarget(minutes(3, metric), 100, { ...GROUP, warm: 10 })).toBe(15);
  });

  test('is in proportion to the metric: three times the target gives three times the instances', () => {
    expect(trackTarget(minutes(3, 300), 100, GROUP)).toBe(12);
  });

  test('uses the newest datapoint', () => {
    expect(trackTarget([900, 900, 150], 100, GROUP)).toBe(6);
  });

  test('rounds the number of instances up', () => {
    expect(trackTarget(minutes(3, 101), 100, GROUP)).toBe(5);
  });

  test('does not exceed the maximum number of instances', () => {
    expect(trackTarget(minutes(3, 300), 100, { ...GROUP, max: 10 })).toBe(10);
  });

  test('requires three consecutive datapoints above the target', () => {
    expect(trackTarget(minutes(2, 300), 100, GROUP)).toBe(4);
    expect(trackTarget([300, 300, 100], 100, GROUP)).toBe(4);
    expect(trackTarget([300, 100, 300, 300], 100, GROUP)).toBe(4);
    expect(trackTarget([100, 300, 300, 300], 100, GROUP)).toBe(12);
  });

  test('counts instances that warm up as present, but does not multiply them', () => {
    // 4 x 3 = 12, which exist already.
    expect(trackTarget(minutes(3, 300), 100, { ...GROUP, warming: 8 })).toBe(12);
    // Instances launched for a higher metric are not removed.
    expect(trackTarget(minutes(3, 200), 100, { ...GROUP, warming: 8 })).toBe(12);
    // 4 x 4 = 16: four more than exist.
    expect(trackTarget(minutes(3, 400), 100, { ...GROUP, warming: 8 })).toBe(16);
  });
});

describe('scaling in', () => {
  test('requires fifteen consecutive datapoints below 90 % of the target', () => {
    const group = { ...GROUP, warm: 10 };
    expect(trackTarget(minutes(14, 50), 100, group)).toBe(10);
    expect(trackTarget(minutes(15, 50), 100, group)).toBe(5);
    expect(trackTarget([...minutes(14, 50), 90, ...minutes(14, 50)], 100, group)).toBe(10);
    expect(trackTarget(minutes(15, 90), 100, group)).toBe(10);
    expect(trackTarget(minutes(15, 89), 100, group)).toBe(9);
  });

  test('rounds the number of remaining instances up', () => {
    expect(trackTarget(minutes(15, 51), 100, { ...GROUP, warm: 10 })).toBe(6);
  });

  test('does not fall below the minimum number of instances', () => {
    expect(trackTarget(minutes(15, 0), 100, { ...GROUP, warm: 10 })).toBe(2);
  });

  test('removes at most scaleInStep instances at a time', () => {
    expect(trackTarget(minutes(15, 0), 100, { ...GROUP, warm: 10, scaleInStep: 1 })).toBe(9);
    expect(trackTarget(minutes(15, 0), 100, { ...GROUP, warm: 10, scaleInStep: 3 })).toBe(7);
  });

  test('waits while instances warm up', () => {
    expect(trackTarget(minutes(15, 0), 100, { ...GROUP, warm: 10, warming: 1 })).toBe(11);
  });
});

test('the number of instances does not change without datapoints or between the thresholds of the alarms', () => {
  expect(trackTarget([], 100, GROUP)).toBe(4);
  expect(trackTarget(minutes(60, 95), 100, GROUP)).toBe(4);
});
