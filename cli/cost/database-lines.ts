import { RETENTION_SECONDS } from '../../lib/aws/ledger-record.ts';
import type { Store } from '../../topology.ts';
import { type Demand, MONTH, meanRate } from './demand.ts';
import { AURORA_IO, invocationOf, invokeMs, LEDGER_ITEM_BYTES, storedBytes } from './measured.ts';
import { type CostLine, costLine, type PriceName } from './prices.ts';
import type { Hop } from './queue-flow.ts';
import type { Settings } from './read-settings.ts';

/** A hop whose consumer stores a record of each order. */
interface StoringHop extends Omit<Hop, 'queue'> {
  stores: Store;
}

const GB = 1e9;
/** Minimum capacity of Aurora Serverless v2 while it is not paused, and the increment of its capacity, in ACU. */
const LEAST_ACU = 0.5;
/**
 * An ACU is about 2 GiB of memory and the corresponding CPU. An instance has 8 GiB per vCPU (`db.r6g`).
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html
 */
const ACU_PER_VCPU = 4;
/** Queries are charged by the second, with a minimum of one minute: https://aws.amazon.com/redshift/pricing/ */
const LEAST_REDSHIFT_SECONDS = 60;

/** Lists the lines of the ledger and of the consumers' stores, except for the requests of orders. */
export function databaseLines(settings: Settings, demand: Demand, hops: readonly Hop[]): CostLine[] {
  const { shippingDatabase, salesDatabase } = settings;
  const storing = hops.flatMap(({ queue, ...hop }) =>
    queue.stores ? [{ ...hop, stores: queue.stores }] : [],
  );
  const storingIn = (database: Store['in']) => storing.filter(({ stores }) => stores.in === database);
  return [
    ...ledgerLines(demand),
    ...storing
      .filter(({ stores }) => typeof stores.in === 'object')
      .flatMap((hop) => tableLines(hop, demand)),
    ...(shippingDatabase ? auroraLines(shippingDatabase, storingIn('shippingDatabase'), demand) : []),
    ...(salesDatabase ? redshiftLines(salesDatabase, storingIn('salesDatabase'), demand) : []),
  ];
}

/** DynamoDB charges one write unit per item of up to 1 KB, also for items written in one request. */
function ledgerLines({ ordersPerDay }: Demand): CostLine[] {
  const writes = ordersPerDay * MONTH.days * 2;
  // Items expire, so the table holds the orders of the retention period.
  const bytes = ordersPerDay * (RETENTION_SECONDS / 86_400) * LEDGER_ITEM_BYTES;
  return [
    costLine('DynamoDB', 'ledger: claim and mark', writes, 'dynamoDbWriteUnit'),
    costLine('DynamoDB', 'ledger: storage', bytes / GB, 'dynamoDbStorage'),
  ];
}

/** Lists the lines of a consumer's own table, with one item of up to 1 KB per order. */
const tableLines = ({ stores }: StoringHop, demand: Demand): CostLine[] => [
  costLine('DynamoDB', `${stores.all}: one write an order`, ordersOf(demand), 'dynamoDbWriteUnit'),
  storageLine('DynamoDB', stores, demand, 'dynamoDbStorage'),
];

function auroraLines(
  { minCapacity, maxCapacity, pauseSeconds }: NonNullable<Settings['shippingDatabase']>,
  hops: readonly StoringHop[],
  demand: Demand,
): CostLine[] {
  const rate = meanRate(demand);
  const statementsPerSecond = sum(hops.map(({ flow }) => rate * flow.invocations));
  // Aurora pauses after `pauseSeconds` without a statement. Statements are assumed to arrive at random.
  const awake = pauseSeconds === undefined ? 1 : -Math.expm1(-statementsPerSecond * pauseSeconds);
  const busyCpus = sum(
    hops.map(({ name, flow }) => {
      const { baseMs, perOrderMs } = invocationOf(name);
      return (rate * flow.invocations * (baseMs + perOrderMs * flow.ordersPerBatch)) / 1_000;
    }),
  );
  const needed = Math.ceil((busyCpus * ACU_PER_VCPU) / LEAST_ACU) * LEAST_ACU;
  const least = Math.max(LEAST_ACU, minCapacity);
  const acuHours = Math.min(maxCapacity, Math.max(least, needed)) * awake * MONTH.hours;
  const ioPerOrder = sum(
    hops.map(({ flow }) => flow.invocations * AURORA_IO.perStatement + AURORA_IO.perOrder),
  );
  return [
    costLine('Aurora', `capacity, ${least} to ${maxCapacity} ACU`, acuHours, 'auroraAcuHour'),
    costLine('Aurora', 'storage requests', ordersOf(demand) * ioPerOrder, 'auroraIo'),
    ...hops.map(({ stores }) => storageLine('Aurora', stores, demand, 'auroraStorage')),
  ];
}

function redshiftLines(
  { baseCapacity, maxCapacity }: NonNullable<Settings['salesDatabase']>,
  hops: readonly StoringHop[],
  demand: Demand,
): CostLine[] {
  const orders = ordersOf(demand);
  const hours = sum(
    hops.map(({ name, consumer, flow }) => {
      const loadSeconds = invokeMs(name, consumer.memoryMb, flow.ordersPerBatch, demand.known) / 1_000;
      return (orders * flow.invocations * Math.max(LEAST_REDSHIFT_SECONDS, loadSeconds)) / 3_600;
    }),
  );
  const rpuHours = Math.min(MONTH.hours, hours) * baseCapacity;
  return [
    costLine('Redshift', `capacity, ${baseCapacity} to ${maxCapacity} RPU`, rpuHours, 'redshiftRpuHour'),
    ...hops.map(({ stores }) => storageLine('Redshift', stores, demand, 'redshiftStorage')),
  ];
}

const storageLine = (service: string, stores: Store, demand: Demand, price: PriceName): CostLine =>
  costLine(
    service,
    `storage of a month's ${stores.all}`,
    (ordersOf(demand) * storedBytes(stores)) / GB,
    price,
  );

const ordersOf = ({ ordersPerDay }: Demand): number => ordersPerDay * MONTH.days;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
