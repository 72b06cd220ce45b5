import { table } from '../table.ts';
import { slowestOf } from './capacity.ts';
import { MONTH } from './demand.ts';
import type { Estimate } from './estimate.ts';
import { PRICE_REGION, PRICES } from './prices.ts';
import type { Settings } from './read-settings.ts';
import type { OrderRequests } from './requests-per-order.ts';

/**
 * Formats an estimate as tables.
 *
 * @param source Source of the settings, such as `stage dev`.
 */
export function render(result: Estimate, source: string): string {
  return [head(result, source), bill(result), requests(result), capacity(result)].join('\n');
}

/** Formats an estimate as JSON, with its settings and prices. */
export const renderJson = (result: Estimate, settings: Settings): string =>
  `${JSON.stringify({ ...result, settings: printedSettings(settings), prices: PRICES }, null, 2)}\n`;

/** Names consumers by function. Consumers of a part that can be disabled are inside the part, with their database. */
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
    `${precise(meanRate)} orders a second on average, ${precise(peakRate)} in the peak hour; a month of ${MONTH.days} days`,
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
    ['service', 'what', 'units a month', '', 'USD / units', 'USD a month', 'by service'],
    [
      ...rows,
      ['total', '', '', '', '', '', money(monthly)],
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
    ['requests per order', '', 'mean rate', 'full batches', 'one at a time'],
    [
      ...rows,
      ['total', '', ...manners.map((each) => sum(each.requests.map(({ perOrder }) => perOrder)).toFixed(3))],
      ['USD a month', 'requests only', ...manners.map((each) => money(sum(each.requests.map(usd))))],
      ['USD a month', 'total', ...manners.map(({ monthly }) => money(monthly))],
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
    'concurrent',
    'batch',
    'ms',
    'orders/s',
    'times the mean',
    'left by peak hour',
    'drained in',
    `${whole(backlog)} drained in`,
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
    `  ${slowest.name} has the lowest capacity.`,
    growing.length > 0
      ? `  ${peak} the queue of ${growing.join(' and ')} grows.`
      : `  ${peak} no queue grows.`,
    ...(intakeLimit !== undefined && intakeLimit < peakRate
      ? [
          `  REFUSED: POST /orders accepts ${whole(intakeLimit)} requests a second; further requests get status 429.`,
        ]
      : []),
    ...overrun.map(
      ({ name }) => `  TOO SLOW: ${name} cannot keep up with the mean rate; the bill is too low.`,
    ),
    ...late.map(
      ({ name, retentionSeconds }) =>
        `  LOST: the queue of ${name} keeps messages for ${duration(retentionSeconds)}, but takes longer to drain.`,
    ),
    ...capacities
      .filter(({ assumed }) => assumed)
      .map(
        ({ name }) =>
          `  ASSUMED: ${name} was not measured and is assumed to be as slow as consumer; pass --invoke-ms ${name}=MS.`,
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
