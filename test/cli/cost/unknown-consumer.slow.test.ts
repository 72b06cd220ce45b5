import { beforeAll, describe, expect, it } from 'vitest';
import { type Estimate, estimate } from '../../../cli/cost/estimate.ts';
import { readSettings, type Settings } from '../../../cli/cost/read-settings.ts';
import { render, renderJson } from '../../../cli/cost/render.ts';
import type { Template } from '../../../cli/template/template.ts';
import { QUEUES } from '../../../topology.ts';
import { packageStack } from '../../run-serverless.ts';
import { CONSUMER, SURVEY, TEN_A_SECOND, WHOLE_SETTINGS } from './whole-settings.ts';

const WITH_SURVEY: Settings = {
  ...WHOLE_SETTINGS,
  consumers: { ...WHOLE_SETTINGS.consumers, survey: { ...CONSUMER, queue: SURVEY } },
};

const estimated = (settings: Settings, known = TEN_A_SECOND.known): Estimate =>
  estimate(settings, { demand: { ...TEN_A_SECOND, known }, peakRate: 30, backlog: 1_000_000 });

const KNOWN = { ...TEN_A_SECOND.known, survey: 20 };

/** Returns the lines that the second bill adds to the first, with the difference in quantity. */
function added(before: Estimate, after: Estimate): Record<string, number> {
  const quantities = ({ bills }: Estimate) =>
    new Map(bills.mean.lines.map(({ service, what, quantity }) => [`${service} ${what}`, quantity]));
  const old = quantities(before);
  return Object.fromEntries(
    [...quantities(after)]
      .map(([line, quantity]) => [line, Math.round((quantity - (old.get(line) ?? 0)) * 100) / 100] as const)
      .filter(([, quantity]) => quantity !== 0),
  );
}

describe('a consumer of confirmed orders that was not measured', () => {
  it('adds its lines to the bill', () => {
    // 25,920,000 orders = 8,526,315.79 batches of 3.04; half a GB for 20 ms; as many SQS requests as fulfillment.
    expect(added(estimated(WHOLE_SETTINGS), estimated(WITH_SURVEY, KNOWN))).toEqual({
      'Lambda survey: invocations': 8_526_315.79,
      'Lambda survey: duration': 85_263.16,
      'SQS survey: requests': 41_975_708.5,
      'DynamoDB surveys: one write an order': 25_920_000,
      // 500 bytes each.
      "DynamoDB storage of a month's surveys": 12.96,
      // 1,415 + 350 bytes for each batch.
      'CloudWatch logs: ingestion': 15.05,
      'CloudWatch logs: storage': 15.05,
      'CloudWatch custom metrics': 4,
      // 3.289 batches a second: 1 + 2.289 × 5%.
      'X-Ray traces': 2_888_715.79,
    });
  });

  it('adds its requests per order', () => {
    const requests = (scenario: keyof Estimate['bills']) =>
      Object.fromEntries(
        estimated(WITH_SURVEY)
          .bills[scenario].requests.filter(({ hop }) => hop === 'survey')
          .map(({ request, perOrder }) => [request, Math.round(perOrder * 1_000) / 1_000]),
      );
    expect(requests('mean')).toEqual({
      'delivery by SNS': 1,
      ReceiveMessage: 0.962,
      'ReceiveMessage, empty': 0.329,
      invocation: 0.329,
      'store: BatchWriteItem': 0.329,
      DeleteMessageBatch: 0.329,
    });
    // 100 items are 4 requests of 25.
    expect(requests('full')).toMatchObject({ invocation: 0.01, 'store: BatchWriteItem': 0.04 });
    expect(requests('single')).toMatchObject({ invocation: 1, 'store: PutItem': 1, DeleteMessageBatch: 1 });
  });

  it('has a capacity, limited by the consumer that confirms orders', () => {
    const { capacities } = estimated(WITH_SURVEY, KNOWN);
    expect(capacities.map(({ name }) => name)).toEqual(['consumer', 'fulfillment', 'analytics', 'survey']);
    // 5 × 100 / 0.02 s; it drains as fast as the consumer that confirms orders, 5,000 a second.
    expect(capacities.at(-1)).toMatchObject({ atOnce: 5, batch: 100, invokeMs: 20, ordersPerSecond: 25_000 });
    expect(capacities.at(-1)?.backlogDrainSeconds).toBeCloseTo(200.4, 1);
  });

  it('is marked as assumed to be as slow as consumer, unless its duration is given', () => {
    const [consumer] = estimated(WITH_SURVEY, {}).capacities;
    const unknown = estimated(WITH_SURVEY, {});
    expect(unknown.capacities.at(-1)).toMatchObject({ invokeMs: consumer?.invokeMs, assumed: true });
    expect(render(unknown, 'a test')).toContain(
      'ASSUMED: survey was not measured and is assumed to be as slow as consumer; pass --invoke-ms survey=MS.',
    );
    const known = estimated(WITH_SURVEY, KNOWN);
    expect(known.capacities.at(-1)).not.toHaveProperty('assumed');
    expect(render(known, 'a test')).not.toContain('ASSUMED');
    expect(render(estimated(WHOLE_SETTINGS, {}), 'a test')).not.toContain('ASSUMED');
  });

  it('shares the capacity of its database with the other consumers', () => {
    const queue = { ...SURVEY, stores: { ...storeOf(SURVEY), in: 'shippingDatabase' as const } };
    const consumers = { ...WHOLE_SETTINGS.consumers, survey: { ...CONSUMER, queue } };
    const lines = added(estimated(WHOLE_SETTINGS), estimated({ ...WHOLE_SETTINGS, consumers }, KNOWN));
    expect(lines).toMatchObject({
      'Aurora survey: Data API': 8_526_315.79,
      // 25,920,000 × (4 / 3.04 + 1), the same as fulfillment's.
      'Aurora storage requests': 60_025_263.16,
      "Aurora storage of a month's surveys": 12.96,
    });
    // Both consumers together need less than 0.5 ACU.
    expect(lines).not.toHaveProperty(['Aurora capacity, 0.5 to 4 ACU']);
  });

  it('adds only its idle polls if its queue does not subscribe to the topic of confirmed orders', () => {
    const { topic, ...queue } = SURVEY;
    const consumers = { ...WHOLE_SETTINGS.consumers, survey: { ...CONSUMER, queue } };
    // 5 pollers, every 20 s.
    expect(added(estimated(WHOLE_SETTINGS), estimated({ ...WHOLE_SETTINGS, consumers }))).toEqual({
      'SQS survey queue, idle': 648_000,
    });
  });
});

describe('readSettings of a template with an additional consumer', () => {
  let template: Template;
  beforeAll(async () => {
    const packaged = (await packageStack('test')).template;
    const copies = Object.entries(packaged.Resources)
      .filter(([id]) => /^Fulfillment(Lambda|LogGroup|EventSource)|^ShippingQueue$/.test(id))
      .map(([id, resource]) => [renamed(id), JSON.parse(renamed(JSON.stringify(resource)))]);
    template = { ...packaged, Resources: { ...packaged.Resources, ...Object.fromEntries(copies) } };
  }, 180_000);

  const renamed = (text: string) =>
    text.replaceAll('Fulfillment', 'Survey').replaceAll('ShippingQueue', 'SurveyQueue');

  it('reads the consumer by its function, and renderJson prints it inside its part', () => {
    const settings = readSettings(template, [...QUEUES, SURVEY]);
    expect(Object.keys(settings.consumers)).toEqual([
      ...QUEUES.filter(({ holds }) => holds !== 'upload').map(({ consumer }) => consumer),
      'survey',
      'ingest',
    ]);
    expect(settings.consumers.survey).toMatchObject({
      batchSize: 100,
      maximumConcurrency: 5,
      memoryMb: 512,
    });
    const printed = JSON.parse(renderJson(estimated(settings), settings)).settings;
    expect(printed.survey).toEqual({
      survey: { ...CONSUMER, maximumConcurrency: 5, logDays: 30 },
    });
  });

  it('omits the consumer if its part is disabled', () => {
    const { SurveyLambdaFunction, ...Resources } = template.Resources;
    const { consumers } = readSettings({ ...template, Resources }, [...QUEUES, SURVEY]);
    expect(consumers).not.toHaveProperty('survey');
  });

  it('refuses a template without the database that a consumer stores orders in', () => {
    const { ShippingDatabase, ...Resources } = template.Resources;
    expect(() => readSettings({ ...template, Resources })).toThrow(
      'template: must have a resource AWS::RDS::DBCluster, in which a consumer stores orders, found none',
    );
  });
});

function storeOf({ stores }: typeof SURVEY) {
  if (!stores) throw new Error('SURVEY: must store something');
  return stores;
}
