/*
 * Parameters with which several test files package the stack. A test run packages each set once.
 */

/** Returns the parameters that disable parts. Parts are enabled by default. */
export const withParts = (shipping: 'on' | 'off', sales: 'on' | 'off'): string[] =>
  Object.entries({ shipping, sales }).flatMap(([part, value]) => (value === 'off' ? [`${part}=off`] : []));

/** The HTTP API with tokens. */
export const JWT = ['httpAuthorizer=jwt', 'jwtIssuerUrl=https://issuer.example.com', 'jwtAudience=orders'];

/** Other values than the defaults for all parameters that change no resource's presence, except by tokens and e-mail. */
export const TUNED = [
  ...JWT,
  'jwtScopePrefix=https://shop.example.com/',
  'intakeRateLimit=5',
  'apiBurstLimit=7',
  'consumerConcurrency=25',
  'ingestConcurrency=5',
  'fulfillmentConcurrency=3',
  'salesBatchingWindow=60',
  'salesBatchSize=2000',
  'shippingMaxCapacity=64',
  'salesBaseCapacity=8',
  'salesMaxCapacity=8',
  'databaseDeletionPolicy=Snapshot',
  'producerDefaultCount=7',
  'producerScheduleEnabled=true',
  'producerScheduleRate=rate(5 minutes)',
  'fileRetentionInDays=3',
  'logRetentionInDays=14',
  'logLevel=DEBUG',
  'deadLettersAlarm=10',
  'orderQueueAgeAlarm=61',
  'uploadQueueAgeAlarm=62',
  'shippingQueueAgeAlarm=63',
  'analyticsQueueAgeAlarm=64',
  'functionErrorsAlarm=3',
  'functionThrottlesAlarm=4',
  'httpErrorsAlarm=50',
  'databaseCapacityAlarm=80',
  'alarmMinutes=10',
  'operationsEmail=ops@example.com',
  'runbook=https://example.com/runbook.md',
];
/** The longest name that a stage can have: 12 characters. */
export const TUNED_STAGE = 'twelve-chars';

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
