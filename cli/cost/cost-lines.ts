import { KEPT_SECONDS } from '../../lib/aws/ledger-record.ts';
import { type Demand, MONTH, meanRate } from './demand.ts';
import type { Flows } from './flows.ts';
import {
  AURORA_IO,
  type FunctionName,
  INVOCATIONS,
  invokeMs,
  LEDGER_ITEM_BYTES,
  METRICS,
  PLATFORM_LOG_BYTES,
  SALE_BYTES,
  SHIPMENT_BYTES,
} from './measured.ts';
import { PRICES, type PriceName } from './prices.ts';
import { pollersOf } from './queue-flow.ts';
import type { FunctionSettings, Settings } from './read-settings.ts';
import type { OrderRequests } from './requests-per-order.ts';

/** One line of the monthly bill. */
export interface CostLine {
  service: string;
  what: string;
  /** Units a month. */
  quantity: number;
  unit: string;
  price: PriceName;
  /** USD for `per` units. */
  unitPrice: number;
  per: number;
  /** USD. */
  monthly: number;
}

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

const GB = 1e9;
/** Least capacity of Aurora Serverless v2 that is not paused, in ACU, and the step in which it grows. */
const LEAST_ACU = 0.5;
/**
 * An ACU is about 2 GiB of memory, with the CPU that goes with it on an instance of 8 GiB a vCPU (`db.r6g`).
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html
 */
const ACU_PER_VCPU = 4;
/** https://aws.amazon.com/redshift/pricing/: queries are charged by the second, a start for a minute at least. */
const LEAST_REDSHIFT_SECONDS = 60;
/**
 * Requests to KMS a month = seconds of the month / 300 s that SNS reuses a data key × 2 × publishing principals, here one.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
const KMS_REQUESTS = (MONTH.seconds / 300) * 2;
/**
 * Of each traced function, one invocation a second and 5% of the others.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 */
const TRACED = { perSecond: 1, share: 0.05 };

/** What one month costs, line by line; lines of nothing are left out. */
export function costLines(
  settings: Settings,
  demand: Demand,
  flows: Flows,
  requests: readonly OrderRequests[],
): CostLine[] {
  const orders = demand.ordersPerDay * MONTH.days;
  const invoked = invokedFunctions(settings, demand, flows);
  return [
    ...requestLines(requests, orders),
    ...invoked.map((each) => durationLine(each, orders, demand)),
    line('SQS', 'upload queue, idle', idlePolls(settings), 'sqsRequest'),
    line('SNS', 'e-mails to customers', demand.emails ? orders : 0, 'snsEmail'),
    line('DynamoDB', 'ledger: claim and mark', orders * 2, 'dynamoDbWriteUnit'),
    line('DynamoDB', 'ledger: storage', ledgerGb(demand), 'dynamoDbStorage'),
    ...(settings.shipping && flows.fulfillment
      ? auroraLines(settings.shipping, flows.fulfillment, demand)
      : []),
    ...(settings.sales && flows.analytics ? redshiftLines(settings.sales, flows.analytics, demand) : []),
    ...observabilityLines(settings, invoked, demand),
    line('KMS', 'keys', settings.keys, 'kmsKey'),
    line('KMS', 'data keys of the topic', settings.orderEventsEncrypted ? KMS_REQUESTS : 0, 'kmsRequest'),
    line('Secrets Manager', 'database passwords', settings.secrets, 'secret'),
  ].filter(({ quantity }) => quantity > 0);
}

function line(service: string, what: string, quantity: number, price: PriceName): CostLine {
  const { value, per, unit } = PRICES[price];
  return { service, what, quantity, unit, price, unitPrice: value, per, monthly: (quantity / per) * value };
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
    return line(service, `${hop}: ${noun}`, orders * count, price);
  });
}

interface InvokedFunction {
  name: FunctionName;
  settings: FunctionSettings;
  ordersPerInvocation: number;
}

function invokedFunctions({ intake, consumer, shipping, sales }: Settings, { via }: Demand, flows: Flows) {
  const { fulfillment, analytics } = flows;
  const invoked: InvokedFunction[] = [];
  if (via === 'http') invoked.push({ name: 'intake', settings: intake, ordersPerInvocation: 1 });
  const add = (
    name: FunctionName,
    settings: FunctionSettings,
    { ordersPerBatch }: { ordersPerBatch: number },
  ) => invoked.push({ name, settings, ordersPerInvocation: ordersPerBatch });
  add('consumer', consumer, flows.consumer);
  if (shipping && fulfillment) add('fulfillment', shipping.fulfillment, fulfillment);
  if (sales && analytics) add('analytics', sales.analytics, analytics);
  return invoked;
}

function durationLine(
  { name, settings, ordersPerInvocation }: InvokedFunction,
  orders: number,
  demand: Demand,
) {
  const seconds = invokeMs(name, settings.memoryMb, ordersPerInvocation, demand.known) / 1_000;
  const gbSeconds = (orders / ordersPerInvocation) * seconds * (settings.memoryMb / 1_024);
  return line('Lambda', `${name}: duration`, gbSeconds, 'lambdaGbSecondArm64');
}

const idlePolls = ({ ingest }: Settings): number => (pollersOf(ingest) * MONTH.seconds) / ingest.pollSeconds;

/** Items live until their TTL, so a table in its stride holds the orders of that time. */
const ledgerGb = ({ ordersPerDay }: Demand): number =>
  (ordersPerDay * (KEPT_SECONDS / 86_400) * LEDGER_ITEM_BYTES) / GB;

type Flow = NonNullable<Flows['fulfillment']>;

function auroraLines(
  { minCapacity, maxCapacity, pauseSeconds }: NonNullable<Settings['shipping']>,
  { invocations, ordersPerBatch }: Flow,
  demand: Demand,
): CostLine[] {
  const orders = demand.ordersPerDay * MONTH.days;
  const statementsPerSecond = meanRate(demand) * invocations;
  // Awake until that long after the last statement; statements come at random.
  const awake = pauseSeconds === undefined ? 1 : -Math.expm1(-statementsPerSecond * pauseSeconds);
  const { baseMs, perOrderMs } = INVOCATIONS.fulfillment;
  const busyCpus = (statementsPerSecond * (baseMs + perOrderMs * ordersPerBatch)) / 1_000;
  const needed = Math.ceil((busyCpus * ACU_PER_VCPU) / LEAST_ACU) * LEAST_ACU;
  const least = Math.max(LEAST_ACU, minCapacity);
  const capacity = Math.min(maxCapacity, Math.max(least, needed));
  const io = orders * (invocations * AURORA_IO.perStatement + AURORA_IO.perOrder);
  return [
    line(
      'Aurora',
      `capacity, ${least} to ${maxCapacity} ACU`,
      capacity * awake * MONTH.hours,
      'auroraAcuHour',
    ),
    line('Aurora', 'storage requests', io, 'auroraIo'),
    line('Aurora', "storage of a month's shipments", (orders * SHIPMENT_BYTES) / GB, 'auroraStorage'),
  ];
}

function redshiftLines(
  { analytics, baseCapacity, maxCapacity }: NonNullable<Settings['sales']>,
  { invocations, ordersPerBatch }: Flow,
  demand: Demand,
): CostLine[] {
  const orders = demand.ordersPerDay * MONTH.days;
  const loadSeconds = invokeMs('analytics', analytics.memoryMb, ordersPerBatch, demand.known) / 1_000;
  const hours = (orders * invocations * Math.max(LEAST_REDSHIFT_SECONDS, loadSeconds)) / 3_600;
  return [
    line(
      'Redshift',
      `capacity, ${baseCapacity} to ${maxCapacity} RPU`,
      Math.min(MONTH.hours, hours) * baseCapacity,
      'redshiftRpuHour',
    ),
    line('Redshift', "storage of a month's sales", (orders * SALE_BYTES) / GB, 'redshiftStorage'),
  ];
}

function observabilityLines(
  settings: Settings,
  invoked: readonly InvokedFunction[],
  demand: Demand,
): CostLine[] {
  const rate = meanRate(demand);
  let ingested = 0;
  let stored = 0;
  let traces = 0;
  let metrics = 0;
  for (const { name, settings: each, ordersPerInvocation } of invoked) {
    const bytesPerSecond = (rate / ordersPerInvocation) * (INVOCATIONS[name].logBytes + PLATFORM_LOG_BYTES);
    ingested += (bytesPerSecond * MONTH.seconds) / GB;
    stored += (bytesPerSecond * each.logDays * 86_400) / GB;
    if (each.traced) traces += tracesPerSecond(rate / ordersPerInvocation) * MONTH.seconds;
    if (name !== 'intake') metrics += METRICS[name].length;
  }
  return [
    line('CloudWatch', 'logs: taken in', ingested, 'logIngestion'),
    line('CloudWatch', 'logs: kept', stored, 'logStorage'),
    line('CloudWatch', 'metrics of our own', metrics, 'customMetric'),
    line('CloudWatch', 'alarms', settings.alarmMetrics, 'alarm'),
    line('CloudWatch', 'composite alarms', settings.compositeAlarms, 'compositeAlarm'),
    line('CloudWatch', 'dashboards', settings.dashboards, 'dashboard'),
    line('X-Ray', 'traces', traces, 'xrayTrace'),
  ];
}

const tracesPerSecond = (invocationsPerSecond: number): number =>
  Math.min(invocationsPerSecond, TRACED.perSecond) +
  Math.max(0, invocationsPerSecond - TRACED.perSecond) * TRACED.share;
