import { KEPT_SECONDS } from '../../lib/aws/ledger-record.ts';
import { type Demand, MONTH, meanRate } from './demand.ts';
import {
  AURORA_IO,
  INVOCATIONS,
  invokeMs,
  LEDGER_ITEM_BYTES,
  SALE_BYTES,
  SHIPMENT_BYTES,
} from './measured.ts';
import { type CostLine, costLine } from './prices.ts';
import type { Flows, QueueFlow } from './queue-flow.ts';
import type { Settings } from './read-settings.ts';

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

/** What the ledger, the shipping database and the sales warehouse cost, without the requests of an order. */
export function databaseLines(settings: Settings, demand: Demand, flows: Flows): CostLine[] {
  const { shipping, sales } = settings;
  return [
    ...ledgerLines(demand),
    ...(shipping && flows.fulfillment ? auroraLines(shipping, flows.fulfillment, demand) : []),
    ...(sales && flows.analytics ? redshiftLines(sales, flows.analytics, demand) : []),
  ];
}

/** DynamoDB charges by the item, up to 1 KB each, however many there are in a request. */
function ledgerLines({ ordersPerDay }: Demand): CostLine[] {
  const writes = ordersPerDay * MONTH.days * 2;
  // Items live until their TTL, so a table in its stride holds the orders of that time.
  const bytes = ordersPerDay * (KEPT_SECONDS / 86_400) * LEDGER_ITEM_BYTES;
  return [
    costLine('DynamoDB', 'ledger: claim and mark', writes, 'dynamoDbWriteUnit'),
    costLine('DynamoDB', 'ledger: storage', bytes / GB, 'dynamoDbStorage'),
  ];
}

function auroraLines(
  { minCapacity, maxCapacity, pauseSeconds }: NonNullable<Settings['shipping']>,
  { invocations, ordersPerBatch }: QueueFlow,
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
  const acuHours = Math.min(maxCapacity, Math.max(least, needed)) * awake * MONTH.hours;
  const io = orders * (invocations * AURORA_IO.perStatement + AURORA_IO.perOrder);
  return [
    costLine('Aurora', `capacity, ${least} to ${maxCapacity} ACU`, acuHours, 'auroraAcuHour'),
    costLine('Aurora', 'storage requests', io, 'auroraIo'),
    costLine('Aurora', "storage of a month's shipments", (orders * SHIPMENT_BYTES) / GB, 'auroraStorage'),
  ];
}

function redshiftLines(
  { analytics, baseCapacity, maxCapacity }: NonNullable<Settings['sales']>,
  { invocations, ordersPerBatch }: QueueFlow,
  demand: Demand,
): CostLine[] {
  const orders = demand.ordersPerDay * MONTH.days;
  const loadSeconds = invokeMs('analytics', analytics.memoryMb, ordersPerBatch, demand.known) / 1_000;
  const hours = (orders * invocations * Math.max(LEAST_REDSHIFT_SECONDS, loadSeconds)) / 3_600;
  const rpuHours = Math.min(MONTH.hours, hours) * baseCapacity;
  return [
    costLine('Redshift', `capacity, ${baseCapacity} to ${maxCapacity} RPU`, rpuHours, 'redshiftRpuHour'),
    costLine('Redshift', "storage of a month's sales", (orders * SALE_BYTES) / GB, 'redshiftStorage'),
  ];
}
