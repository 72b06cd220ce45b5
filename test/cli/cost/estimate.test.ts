import { describe, expect, it } from 'vitest';
import type { Demand } from '../../../cli/cost/demand.ts';
import { type Estimate, estimate } from '../../../cli/cost/estimate.ts';
import type { BatchScenario } from '../../../cli/cost/queue-flow.ts';
import type { Settings } from '../../../cli/cost/read-settings.ts';
import { TEN_A_SECOND, WHOLE_SETTINGS, withConsumer, without } from './whole-settings.ts';

const rush = { peakRate: 30, backlog: 0 };

const estimated = (settings: Partial<Settings> = {}, demand: Partial<Demand> = {}): Estimate =>
  estimate({ ...WHOLE_SETTINGS, ...settings }, { demand: { ...TEN_A_SECOND, ...demand }, ...rush });

const linesOf = (result: Estimate, scenario: BatchScenario = 'mean'): Record<string, [number, number]> =>
  Object.fromEntries(
    result.bills[scenario].lines.map(({ service, what, quantity, monthly }) => [
      `${service} ${what}`,
      [Math.round(quantity * 100) / 100, Math.round(monthly * 100) / 100],
    ]),
  );

describe('the bill', () => {
  it('of ten orders a second has the lines calculated by hand', () => {
    // 5 pollers, 2 orders a second each: 1.04 a receive, 3.04 a batch. Sales: 2 pollers, 1.1 a receive, 51.1 a batch.
    // 25,920,000 orders = 8,526,315.79 batches of 3.04 = 507,240.70 of 51.1.
    expect(linesOf(estimated())).toEqual({
      'API Gateway intake: requests': [25_920_000, 25.92],
      'Lambda intake: invocations': [25_920_000, 5.18],
      'Lambda consumer: invocations': [8_526_315.79, 1.71],
      'Lambda fulfillment: invocations': [8_526_315.79, 1.71],
      'Lambda analytics: invocations': [507_240.7, 0.1],
      // Half a GB for 20 ms, 100 ms, 50 ms and 10 s.
      'Lambda intake: duration': [259_200, 3.46],
      'Lambda consumer: duration': [426_315.79, 5.68],
      'Lambda fulfillment: duration': [213_157.89, 2.84],
      'Lambda analytics: duration': [2_536_203.52, 33.82],
      'SQS intake: requests': [25_920_000, 10.37],
      // 24,923,076.92 receives, and one empty receive and one delete per batch.
      'SQS consumer: requests': [41_975_708.5, 16.79],
      'SQS fulfillment: requests': [41_975_708.5, 16.79],
      // 23,563,636.36 receives, 507,240.70 empty receives, 6 deletes a batch.
      'SQS analytics: requests': [27_114_321.3, 10.85],
      // 2 pollers, every 20 s.
      'SQS upload queue, idle': [259_200, 0.1],
      'SNS consumer: publish requests': [8_526_315.79, 4.26],
      'SNS e-mails to customers': [25_920_000, 518.4],
      'DynamoDB ledger: claim and mark': [51_840_000, 32.4],
      'DynamoDB ledger: storage': [15.34, 3.84],
      'Aurora fulfillment: Data API': [8_526_315.79, 2.98],
      'Aurora capacity, 0.5 to 4 ACU': [360, 43.2],
      'Aurora storage requests': [60_025_263.16, 12.01],
      "Aurora storage of a month's shipments": [12.96, 1.3],
      // 507,240.70 loads of 60 s are 8,454 hours, more than a month has.
      'Redshift capacity, 4 to 8 RPU': [2_880, 1_080],
      "Redshift storage of a month's sales": [7.83, 0.19],
      'S3 analytics: PUT': [507_240.7, 2.54],
      'S3 analytics: GET': [507_240.7, 0.2],
      // 25,920,000 × (1,016 + 3,174 / 3.04 + 1,253 / 51.1) bytes.
      'CloudWatch logs: ingestion': [54.03, 27.02],
      'CloudWatch logs: storage': [54.03, 1.62],
      'CloudWatch custom metrics': [19, 5.7],
      'CloudWatch alarms': [12, 1.2],
      'CloudWatch composite alarms': [1, 0.5],
      'CloudWatch dashboards': [1, 3],
      // 1.45 + 1.114 + 1.114 + 0.196 a second.
      'X-Ray traces': [10_043_072.28, 50.22],
      'KMS keys': [1, 1],
      'KMS data keys of the topic': [17_280, 0.05],
      'Secrets Manager database passwords': [2, 0.8],
    });
  });

  it('of ten orders a second has the total calculated by hand', () => {
    expect(estimated().bills.mean.monthly).toBeCloseTo(1_927.73, 1);
  });

  it('has no lines of disabled functions and databases', () => {
    const { shippingDatabase, salesDatabase, ...core } = without('fulfillment', 'analytics');
    const result = estimate(core, { demand: TEN_A_SECOND, ...rush });
    const services = new Set(result.bills.mean.lines.map(({ service }) => service));
    expect([...services].filter((service) => ['Aurora', 'Redshift', 'S3'].includes(service))).toEqual([]);
    expect(linesOf(result)).not.toHaveProperty(['SQS fulfillment: requests']);
    expect(linesOf(result)['CloudWatch custom metrics']).toEqual([10, 3]);
    expect(result.capacities.map(({ name }) => name)).toEqual(['consumer']);
  });

  it('has no lines of e-mails, alarms, dashboards and traces if there are none', () => {
    const lines = linesOf(
      estimated(
        {
          alarmMetrics: 0,
          compositeAlarms: 0,
          dashboards: 0,
          orderEventsEncrypted: false,
          intake: { ...WHOLE_SETTINGS.intake, traced: false },
          consumers: withConsumer('consumer', { traced: false }).consumers,
        },
        { emails: false },
      ),
    );
    expect(lines).not.toHaveProperty(['SNS e-mails to customers']);
    expect(lines).not.toHaveProperty(['CloudWatch alarms']);
    expect(lines).not.toHaveProperty(['KMS data keys of the topic']);
    // Only fulfillment and analytics are traced: 1.114 + 0.196 a second.
    expect(lines['X-Ray traces']?.[1]).toBeCloseTo(16.98, 1);
  });

  it('includes the access log of the HTTP API if there is one', () => {
    const gb = (settings: Partial<Settings>, demand: Partial<Demand> = {}) =>
      linesOf(estimated(settings, demand))['CloudWatch logs: ingestion']?.[0] ?? 0;
    // 25,920,000 × 189 bytes.
    expect(gb({}) - gb({ accessLogDays: undefined })).toBeCloseTo(4.9, 1);
    const byQueue = { via: 'queue' } as const;
    expect(gb({}, byQueue)).toBe(gb({ accessLogDays: undefined }, byQueue));
  });

  it('counts a tenth of a send per order and no intake if another system sends ten orders a request', () => {
    const lines = linesOf(estimated({}, { via: 'queue' }));
    expect(lines['SQS intake: requests']).toEqual([2_592_000, 1.04]);
    expect(lines).not.toHaveProperty(['API Gateway intake: requests']);
    expect(lines).not.toHaveProperty(['Lambda intake: duration']);
  });

  it('charges no capacity while a database is paused', () => {
    // Ten orders a day: Aurora pauses 300 s after each. 1 - e^(-10 / 86,400 × 300) = 3.41% of 720 h × 0.5 ACU.
    const lines = linesOf(estimated({}, { ordersPerDay: 10 }));
    expect(lines['Aurora capacity, 0.5 to 4 ACU']?.[0]).toBeCloseTo(12.28, 1);
    // 300 orders a month are 300 loads of a minute: 5 h × 4 RPU.
    expect(lines['Redshift capacity, 4 to 8 RPU']?.[0]).toBeCloseTo(20, 0);
    const shippingDatabase = { minCapacity: 1, maxCapacity: 4, pauseSeconds: undefined };
    const always = linesOf(estimated({ shippingDatabase }, { ordersPerDay: 10 }));
    expect(always['Aurora capacity, 1 to 4 ACU']?.[0]).toBe(720);
  });
});

describe('requests per order', () => {
  const perOrder = (scenario: BatchScenario, demand: Partial<Demand> = {}) =>
    estimated({}, demand).bills[scenario].requests.filter(({ hop }) => ['intake', 'consumer'].includes(hop));

  it('are 0.48 from send to delete with full batches, without invocations', () => {
    const requests = perOrder('full', { via: 'queue' }).filter(({ request }) => request !== 'invocation');
    expect(requests.map(({ request, perOrder: count }) => [request, count])).toEqual([
      ['SendMessageBatch', 0.1],
      ['ReceiveMessage', 0.1],
      ['ReceiveMessage, empty', 0],
      ['claim: BatchExecuteStatement', 0.04],
      ['publish: PublishBatch', 0.1],
      ['mark: BatchWriteItem', 0.04],
      ['DeleteMessageBatch', 0.1],
    ]);
  });

  it('are one of each kind if orders are processed one at a time', () => {
    const requests = perOrder('single', { via: 'queue' }).filter(({ request }) => !request.endsWith('empty'));
    expect(requests.map(({ perOrder: count }) => count)).toEqual(requests.map(() => 1));
    expect(requests.map(({ request }) => request)).toEqual([
      'SendMessageBatch',
      'ReceiveMessage',
      'invocation',
      'claim: PutItem, conditional',
      'publish: Publish',
      'mark: UpdateItem',
      'DeleteMessageBatch',
    ]);
  });

  it('are charged individually if orders are processed one at a time', () => {
    expect(linesOf(estimated(), 'single')['SNS consumer: publish requests']).toEqual([25_920_000, 12.96]);
    expect(linesOf(estimated(), 'single')['Lambda consumer: invocations']).toEqual([25_920_000, 5.18]);
  });
});
