import { oneOf, parseOptions, UsageError, wholeNumber } from '../../program/options.ts';
import { QUEUES } from '../../topology.ts';
import {
  DEFAULT_STAGE,
  readTemplateSource,
  TEMPLATE_OPTIONS,
  type TemplateSource,
} from '../template/template-source.ts';
import { type Demand, meanRate } from './demand.ts';
import type { KnownTimes } from './measured.ts';
import { orderQueues } from './read-settings.ts';

/** The command line of `npm run cost`. */
export interface CostOptions {
  demand: Demand;
  /** Orders a second in the peak hour. */
  peakRate: number;
  /** Orders waiting in the order queue. */
  backlog: number;
  source: TemplateSource;
  json: boolean;
}

/** Ratio of the busiest hour to the mean. An assumption without a source. */
const PEAK_FACTOR = 3;
/** Maximum timeout of a Lambda function: 15 minutes. */
const LONGEST_MS = 900_000;

/** The functions that process every order. */
const FUNCTIONS = ['intake', ...orderQueues(QUEUES).map(({ consumer }) => consumer)];

const NAMES = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(FUNCTIONS);
/** Help text of `--invoke-ms`, in lines of at most 47 characters. */
const TIMES = (`duration of an invocation of ${NAMES}; repeatable`.match(/\S.{0,46}(?= |$)/g) ?? [])
  .map((line, index) => (index === 0 ? `${line.padEnd(49)}(default: measured or assumed)` : line))
  .join(`\n${' '.repeat(24)}`);

export const HELP = `Usage: npm run cost -- --orders-per-day N [options]

Estimate the monthly cost and the capacity of a stage, from its packaged template, a price file and measured durations.
Needs no AWS account. docs/cost.md shows an example, docs/cost-method.md the method.

  --orders-per-day N    orders a day, 1 to 1,000,000,000
  --peak N              orders a second in the peak hour                 (default: ${PEAK_FACTOR} times the mean)
  --backlog N           orders waiting in the order queue                (default: the orders of a day)
  --via http|queue      one POST /orders per order, or SendMessageBatch  (default: http)
                        from another system with ten orders
  --emails on|off       whether SNS e-mails each customer                (default: on)
  --invoke-ms NAME=MS   ${TIMES}
  --stage NAME          stage to package                                 (default: ${DEFAULT_STAGE})
  --region NAME         region to package for; prices are always those of us-east-1
  --param NAME=VALUE    stage parameter; repeatable
  --template FILE       use this packaged template instead of packaging the service
  --json                print JSON
  --help                show this help
`;

/**
 * Reads the command line of `npm run cost`.
 *
 * @returns The options; undefined with `--help`.
 * @throws UsageError if an option is unknown or invalid.
 */
export function readCostOptions(args: readonly string[]): CostOptions | undefined {
  const values = parseOptions(args, {
    'orders-per-day': { type: 'string' },
    peak: { type: 'string' },
    backlog: { type: 'string' },
    via: { type: 'string', default: 'http' },
    emails: { type: 'string', default: 'on' },
    'invoke-ms': { type: 'string', multiple: true, default: [] },
    ...TEMPLATE_OPTIONS,
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return undefined;
  const perDay = values['orders-per-day'] ?? '';
  const ordersPerDay = wholeNumber('--orders-per-day', perDay, 1, 1_000_000_000);
  const demand: Demand = {
    ordersPerDay,
    via: oneOf('--via', values.via, ['http', 'queue']),
    emails: oneOf('--emails', values.emails, ['on', 'off']) === 'on',
    known: readTimes(values['invoke-ms']),
  };
  return {
    demand,
    peakRate: readPeak(values.peak, meanRate(demand)),
    backlog: wholeNumber('--backlog', values.backlog ?? perDay, 0, 1_000_000_000_000),
    source: readTemplateSource(values),
    json: values.json,
  };
}

function readPeak(text: string | undefined, mean: number): number {
  if (text === undefined) return mean * PEAK_FACTOR;
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= mean && value <= 1_000_000) return value;
  const least = mean.toLocaleString('en', { maximumSignificantDigits: 3 });
  throw refusal('--peak', `must be a number from ${least}, the mean orders a second, to 1,000,000`, text);
}

function readTimes(texts: readonly string[]): KnownTimes {
  const times = texts.map((text): [string, number] => {
    const [, name = '', ms = ''] = /^(\w+)=(.*)$/.exec(text) ?? [];
    if (!FUNCTIONS.includes(name)) {
      throw refusal('--invoke-ms', `must be NAME=MS, where NAME is one of ${FUNCTIONS.join(', ')}`, text);
    }
    return [name, wholeNumber(`--invoke-ms ${name}`, ms, 1, LONGEST_MS)];
  });
  return Object.fromEntries(times);
}

const refusal = (option: string, rule: string, text: string | undefined): UsageError =>
  new UsageError(`${option}: ${rule}, received ${text || 'nothing'}`);
