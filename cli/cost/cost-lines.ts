import { databaseLines } from './database-lines.ts';
import { type Demand, MONTH } from './demand.ts';
import { functionLines } from './function-lines.ts';
import type { FunctionName } from './measured.ts';
import { type CostLine, costLine, type PriceName } from './prices.ts';
import { type Flows, pollersOf } from './queue-flow.ts';
import type { Settings } from './read-settings.ts';
import type { OrderRequests } from './requests-per-order.ts';

/** What requests of a price are called on the bill. */
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
 * Requests to KMS a month = seconds of the month / 300 s that SNS reuses a data key × 2 × publishing principals, here one.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
const KMS_REQUESTS = (MONTH.seconds / 300) * 2;

/** What one month costs, line by line; lines of nothing are left out. */
export function costLines(
  settings: Settings,
  demand: Demand,
  flows: Flows,
  requests: readonly OrderRequests[],
): CostLine[] {
  const { ingest, alarmMetrics, compositeAlarms, dashboards, keys, secrets, orderEventsEncrypted } = settings;
  const orders = demand.ordersPerDay * MONTH.days;
  const idlePolls = (pollersOf(ingest) * MONTH.seconds) / ingest.pollSeconds;
  return [
    ...requestLines(requests, orders),
    costLine('SQS', 'upload queue, idle', idlePolls, 'sqsRequest'),
    costLine('SNS', 'e-mails to customers', demand.emails ? orders : 0, 'snsEmail'),
    ...databaseLines(settings, demand, flows),
    ...functionLines(settings, demand, flows),
    costLine('CloudWatch', 'alarms', alarmMetrics, 'alarm'),
    costLine('CloudWatch', 'composite alarms', compositeAlarms, 'compositeAlarm'),
    costLine('CloudWatch', 'dashboards', dashboards, 'dashboard'),
    costLine('KMS', 'keys', keys, 'kmsKey'),
    costLine('KMS', 'data keys of the topic', orderEventsEncrypted ? KMS_REQUESTS : 0, 'kmsRequest'),
    costLine('Secrets Manager', 'database passwords', secrets, 'secret'),
  ].filter(({ quantity }) => quantity > 0);
}

/** Requests of one price at one hop are one line. */
function requestLines(requests: readonly OrderRequests[], orders: number): CostLine[] {
  const perOrder = new Map<string, number>();
  for (const { hop, price, perOrder: count } of requests) {
    const key = `${price} ${hop}`;
    if (price) perOrder.set(key, (perOrder.get(key) ?? 0) + count);
  }
  return [...perOrder].map(([key, count]) => {
    const [price, hop] = key.split(' ') as [PriceName, FunctionName];
    const { service = '', noun = '' } = REQUESTS[price] ?? {};
    return costLine(service, `${hop}: ${noun}`, orders * count, price);
  });
}
