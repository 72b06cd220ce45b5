/*
 * Parameters with which several test files package the stack. A test run packages each set once.
 */

/** Returns the parameters that disable parts. Parts are enabled by default. */
export const withParts = (shipping: 'on' | 'off', sales: 'on' | 'off'): string[] =>
  Object.entries({ shipping, sales }).flatMap(([part, value]) => (value === 'off' ? [`${part}=off`] : []));

export const IMAGE = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/order-worker:1.2.0';

export const FLEETS = {
  off: [],
  ec2: ['fleet=ec2', 'fleetMin=2', 'fleetMax=6', 'fleetConcurrency=12', 'fleetBacklogPerInstance=300'],
  ecs: ['fleet=ecs', `fleetImage=${IMAGE}`],
  'ec2 of fulfillment, by queue length': [
    'fleet=ec2',
    'fleetFunction=fulfillment',
    'fleetScaling=queue-length',
    'fleetMax=1',
    'fleetInstanceType=c7g.medium',
  ],
  'ecs of analytics, by queue length': [
    'fleet=ecs',
    `fleetImage=${IMAGE}`,
    'fleetFunction=analytics',
    'fleetScaling=queue-length',
    'fleetQueueLength=50',
    'fleetMax=1',
  ],
};
