import { describe, expect, it } from 'vitest';
import { QUEUES } from '../../topology.ts';
import { IMAGE } from './parameter-sets.ts';
import { resolveWith } from './resolve-with.ts';

const CONSUMERS = QUEUES.map(({ consumer }) => `"${consumer}"`);

const resolveNamed = (params: Record<string, string>) =>
  resolveWith(...Object.entries(params).map(([name, value]) => `${name}=${value}`));

describe('an invalid fleet parameter is rejected with its name, rule and value:', () => {
  it.each<[Record<string, string>, string]>([
    [{ fleet: 'on' }, 'parameter fleet: must be "off", "ec2" or "ecs", received "on"'],
    [
      { fleetFunction: 'producer' },
      `parameter fleetFunction: must be ${CONSUMERS.slice(0, -1).join(', ')} or ${CONSUMERS.at(-1)}, received "producer"`,
    ],
    [{ fleetMin: '0' }, 'parameter fleetMin: must be a whole number from 1 to 100, received "0"'],
    [{ fleetMax: '101' }, 'parameter fleetMax: must be a whole number from 1 to 100, received "101"'],
    [
      { fleetMin: '4', fleetMax: '3' },
      'parameter fleetMin: must be at most fleetMax, which is 3, received 4',
    ],
    [
      { fleetConcurrency: 'many' },
      'parameter fleetConcurrency: must be a whole number from 1 to 100, received "many"',
    ],
    [{ fleetScaling: 'cpu' }, 'parameter fleetScaling: must be "backlog" or "queue-length", received "cpu"'],
    [
      { fleetBacklogPerInstance: '0' },
      'parameter fleetBacklogPerInstance: must be a whole number from 1 to 1000000, received "0"',
    ],
    [
      { fleetQueueLength: '1.5' },
      'parameter fleetQueueLength: must be a whole number from 1 to 1000000, received "1.5"',
    ],
    [
      { fleetInstanceType: 't3.small' },
      'parameter fleetInstanceType: must be an arm64 instance type, such as t4g.small, received "t3.small"',
    ],
    [
      { fleet: 'ecs' },
      'parameter fleetImage: must be an ECR image with a tag or digest, such as 123456789012.dkr.ecr.us-east-1.amazonaws.com/order-worker:1, received ""',
    ],
    [
      { fleet: 'ecs', fleetImage: 'docker.io/library/node:24' },
      'parameter fleetImage: must be an ECR image with a tag or digest',
    ],
    [
      { fleet: 'ecs', fleetImage: IMAGE.replace(':1.2.0', '') },
      'parameter fleetImage: must be an ECR image with a tag or digest',
    ],
    [
      { fleet: 'ec2', fleetFunction: 'fulfillment', shipping: 'off' },
      'parameter fleetFunction: must be the consumer of an enabled queue, and shipping is "off", received "fulfillment"',
    ],
    [
      { fleet: 'ec2', fleetFunction: 'analytics', sales: 'off' },
      'parameter fleetFunction: must be the consumer of an enabled queue, and sales is "off", received "analytics"',
    ],
  ])('%j', async (params, message) => {
    await expect(resolveNamed(params)).rejects.toThrow(message);
  });
});

describe('the fleet parameters accept', () => {
  it.each(['t4g.small', 'c7gn.medium', 'm8gd.24xlarge', 'x2gd.metal', 'im4gn.large'])(
    'the arm64 instance type %s',
    async (fleetInstanceType) => {
      await expect(resolveNamed({ fleet: 'ec2', fleetInstanceType })).resolves.toBeDefined();
    },
  );

  it.each([
    IMAGE,
    IMAGE.replace(':1.2.0', `@sha256:${'0'.repeat(64)}`),
    '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/order-worker:1',
  ])('the ECR image %s', async (fleetImage) => {
    await expect(resolveNamed({ fleet: 'ecs', fleetImage })).resolves.toBeDefined();
  });

  it('a fleet of the consumer without shipping and sales', async () => {
    await expect(resolveNamed({ fleet: 'ec2', shipping: 'off', sales: 'off' })).resolves.toBeDefined();
  });
});
