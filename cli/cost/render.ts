import { table } from '../table.ts';
import { slowestOf } from './capacity.ts';
import { MONTH } from './demand.ts';
import type { Estimate } from './estimate.ts';
import { PRICE_REGION, PRICES } from './prices.ts';
import type { Settings } from './read-settings.ts';
import type { OrderRequests } from './requests-per-order.ts';

/**
 * The estimate as tables.
 *
 * @param source what the settings are from, such as `stage dev`
 */
export function render(result: Estimate, source: string): string {
  return [head(result, source), bill(result), requests(result), capacity(result)].join('\n');
}

/** The same as JSON, with the settings and prices that it follows from. */
export const renderJson = (result: Estimate, settings: Settings): string =>
  `${JSON.stringify({ ...result, settings: printedSettings(settings), prices: PRICES }, null, 2)}\n`;

/** Consumers are named by function; those that come and go with a part are inside it, with the database that they store in. */
function printedSettings(settings: Settings): Record<string, unknown> {
  const { intake, intakeLimit, accessLogDays, consumers, shippingDatabase, salesDatabase, ...counts } =
    settings;
  const databases = { shippingDatabase, salesDatabase };
  const always: Record<string, object> = {};
  const parts: Record<string, object> = {};
  for (const [name, { queue, ...consumer }] of Object.entries(consumers)) {
    const { part, stores } = queue;
    const database = typeof stores?.in === 'string' ? databases[stores.in] : undefined;
    if (part) parts[part] = { ...parts[part], [name]: consumer, ...database };
    else always[name] = { ...consumer, ...database };
  }
  return { intake, intakeLimit, accessLogDays, ...always, ...parts, ...counts };
}

function head({ demand, meanRate, peakRate }: Estimate, source: string): string {
  const dates = Object.values(PRICES)
    .map(({ date }) => date)
    .toSorted();
  const way = demand.via === 'http' ? 'one POST /orders each' : 'sent to the order queue, ten a request';
  return [
    `${whole(demand.ordersPerDay)} orders a day, ${way}; settings of ${source}`,
    `${precise(meanRate)} orders a second on the mean, ${precise(peakRate)} in the peak hour; a month of ${MONTH.days} days`,
    `USD in ${PRICE_REGION}, no free tier, prices of ${dates.at(0)} to ${dates.at(-1)} (cli/cost/prices.json)`,
    '',
  ].join('\n');
}

function bill({ bills, demand }: Estimate): string {
  const { lines, monthly } = bills.mean;
  const services = Map.groupBy(lines, ({ service }) => service);
  const rows = [...services].flatMap(([service, own]) =>
    own.map(({ what, quantity, unit, unitPrice, per, monthly: usd }, index) => [
      index === 0 ? service : '',
      what,
      quantity < 100 ? quantity.toLocaleString('en', { maximumFractionDigits: 2 }) : whole(quantity),
      unit,
      per === 1 ? `${unitPrice}` : `${unitPrice} / ${whole(per)}`,
      money(usd),
      index === 0 ? money(sum(own.map((line) => line.monthly))) : '',
    ]),
  );
  const perThousand = (monthly / (demand.ordersPerDay * MONTH.days)) * 1_000;
  return table(
    ['service', 'what', 'units a month', '', 'USD / units', 'USD a month', 'of the service'],
    [
      ...rows,
      ['all', '', '', '', '', '', money(monthly)],
      ['1,000 orders', '', '', '', '', '', perThousand.toFixed(4)],
    ],
    'llrlrrr',
  );
}

function requests({ bills, demand }: Estimate): string {
  const manners = [bills.mean, bills.full, bills.single];
  const rows = bills.mean.requests.map(({ hop, request }, index) => [
    hop,
    request,
    ...manners.map((each) => (each.requests[index]?.perOrder ?? 0).toFixed(3)),
  ]);
  const orders = demand.ordersPerDay * MONTH.days;
  const usd = ({ perOrder, price }: OrderRequests) =>
    price ? ((orders * perOrder) / PRICES[price].per) * PRICES[price].value : 0;
  return table(
    ['requests per order', '', 'at the mean', 'full batches', 'one at a time'],
    [
      ...rows,
      ['all', '', ...manners.map((each) => sum(each.requests.map(({ perOrder }) => perOrder)).toFixed(3))],
      ['USD a month', 'these requests', ...manners.map((each) => money(sum(each.requests.map(usd))))],
      ['USD a month', 'all of the bill', ...manners.map(({ monthly }) => money(monthly))],
    ],
    'llrrr',
  );
}

function capacity(result: Estimate): string {
  const { capacities, meanRate, backlog } = result;
  const rows = capacities.map((each) => [
    each.name,
    whole(each.atOnce),
    whole(each.batch),
    whole(each.invokeMs),
    whole(each.ordersPerSecond),
    precise(each.ordersPerSecond / meanRate),
    whole(each.afterPeakHour),
    duration(each.peakDrainSeconds),
    duration(each.backlogDrainSeconds),
  ]);
  const header = [
    'capacity',
    'at once',
    'batch',
    'ms',
    'orders/s',
    'times the mean',
    'after a peak hour',
    'gone in',
    `${whole(backlog)} gone in`,
  ];
  return [table(header, rows, 'lrrrrrrrr'), ...remarks(result)].join('\n');
}

function remarks({ capacities, meanRate, peakRate, intakeLimit }: Estimate): string[] {
  const slowest = slowestOf(capacities);
  const growing = capacities.filter(({ afterPeakHour }) => afterPeakHour > 0).map(({ name }) => name);
  const overrun = capacities.filter(({ ordersPerSecond }) => ordersPerSecond <= meanRate);
  const late = capacities.filter(({ peakDrainSeconds, backlogDrainSeconds, retentionSeconds }) => {
    return Math.max(peakDrainSeconds, backlogDrainSeconds) > retentionSeconds;
  });
  const peak = `At ${precise(peakRate)} orders a second`;
  return [
    `  ${slowest.name} lets the fewest orders through.`,
    growing.length > 0
      ? `  ${peak} the queue of ${growing.join(' and ')} grows.`
      : `  ${peak} no queue grows.`,
    ...(intakeLimit !== undefined && intakeLimit < peakRate
      ? [`  REFUSED: POST /orders takes ${whole(intakeLimit)} requests a second; what is above gets 429.`]
      : []),
    ...overrun.map(({ name }) => `  TOO SLOW: ${name} cannot keep up with the mean; the bill is too low.`),
    ...late.map(
      ({ name, retentionSeconds }) =>
        `  LOST: the queue of ${name} keeps messages for ${duration(retentionSeconds)}, which is less than it takes to drain.`,
    ),
    ...capacities
      .filter(({ assumed }) => assumed)
      .map(
        ({ name }) =>
          `  ASSUMED: ${name} has not been measured and is taken to be as slow as consumer; pass --invoke-ms ${name}=MS.`,
      ),
    '',
  ];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const whole = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 0 });
const precise = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 });
const money = (usd: number): string =>
  usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function duration(seconds: number): string {
  if (seconds === Number.POSITIVE_INFINITY) return 'never';
  if (seconds < 120) return `${whole(seconds)} s`;
  if (seconds < 2 * 3_600) return `${whole(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${(seconds / 3_600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} d`;
}
