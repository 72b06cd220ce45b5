import { databaseLines } from './database-lines.ts';
import { type Demand, MONTH } from './demand.ts';
import { functionLines } from './function-lines.ts';
import { type CostLine, costLine, type PriceName } from './prices.ts';
import { type Hop, pollersOf } from './queue-flow.ts';
import { otherConsumers, type QueueConsumer, type Settings } from './read-settings.ts';
import type { OrderRequests } from './requests-per-order.ts';

/** Service and label of a request on the bill, by its price. */
const REQUESTS: Partial<Record<PriceName, { service: string; noun: string }>> = {
  httpApiRequest: { service: 'API Gateway', noun: 'requests' },
  lambdaRequest: { service: 'Lambda', noun: 'invocations' },
  sqsRequest: { service: 'SQS', noun: 'requests' },
  snsPublish: { service: 'SNS', noun: 'publish requests' },
  auroraDataApi: { service: 'Aurora', noun: 'Data API' },
  s3Put: { service: 'S3', noun: 'PUT' },
  s3Get: { service: 'S3', noun: 'GET' },
};

/**
 * KMS requests a month = seconds of a month / 300 s that SNS reuses a data key × 2 × publishing principals, here one.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
const KMS_REQUESTS = (MONTH.seconds / 300) * 2;

/** Lists the lines of a month's bill. Lines with a quantity of 0 are omitted. */
export function costLines(
  settings: Settings,
  demand: Demand,
  hops: readonly Hop[],
  requests: readonly OrderRequests[],
): CostLine[] {
  const { alarmMetrics, compositeAlarms, dashboards, keys, secrets, orderEventsEncrypted } = settings;
  const orders = demand.ordersPerDay * MONTH.days;
  return [
    ...requestLines(requests, orders),
    ...otherConsumers(settings).map(idleLine),
    costLine('SNS', 'e-mails to customers', demand.emails ? orders : 0, 'snsEmail'),
    ...databaseLines(settings, demand, hops),
    ...functionLines(settings, demand, hops),
    costLine('CloudWatch', 'alarms', alarmMetrics, 'alarm'),
    costLine('CloudWatch', 'composite alarms', compositeAlarms, 'compositeAlarm'),
    costLine('CloudWatch', 'dashboards', dashboards, 'dashboard'),
    costLine('KMS', 'keys', keys, 'kmsKey'),
    costLine('KMS', 'data keys of the topic', orderEventsEncrypted ? KMS_REQUESTS : 0, 'kmsRequest'),
    costLine('Secrets Manager', 'database passwords', secrets, 'secret'),
  ].filter(({ quantity }) => quantity > 0);
}

function idleLine(consumer: QueueConsumer): CostLine {
  const polls = (pollersOf(consumer) * MONTH.seconds) / consumer.pollSeconds;
  return costLine('SQS', `${consumer.queue.name} queue, idle`, polls, 'sqsRequest');
}

/** Adds up the requests of one price at one hop in one line. */
function requestLines(requests: readonly OrderRequests[], orders: number): CostLine[] {
  const perOrder = new Map<string, number>();
  for (const { hop, price, perOrder: count } of requests) {
    const key = `${price} ${hop}`;
    if (price) perOrder.set(key, (perOrder.get(key) ?? 0) + count);
  }
  return [...perOrder].map(([key, count]) => {
    const [price, hop] = key.split(' ') as [PriceName, string];
    const { service = '', noun = '' } = REQUESTS[price] ?? {};
    return costLine(service, `${hop}: ${noun}`, orders * count, price);
  });
}
