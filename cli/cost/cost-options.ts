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

/** What `npm run cost` is asked for. */
export interface CostOptions {
  demand: Demand;
  /** Orders a second in the peak hour. */
  peakRate: number;
  /** Orders that wait in the order queue. */
  backlog: number;
  source: TemplateSource;
  json: boolean;
}

/** A shop's busiest hour as a multiple of the mean one. A guess: nobody's statistics are behind it. */
const PEAK_FACTOR = 3;
/** What a function may take at most: 15 minutes. */
const LONGEST_MS = 900_000;

/** The functions that every order passes. */
const FUNCTIONS = ['intake', ...orderQueues(QUEUES).map(({ consumer }) => consumer)];

const NAMES = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(FUNCTIONS);
/** Help on `--invoke-ms`, in lines of at most 47 characters. */
const TIMES = (`what an invocation of ${NAMES} takes; repeatable`.match(/\S.{0,46}(?= |$)/g) ?? [])
  .map((line, index) => (index === 0 ? `${line.padEnd(49)}(measured, see docs/cost.md)` : line))
  .join(`\n${' '.repeat(24)}`);

export const HELP = `Usage: npm run cost -- --orders-per-day N [options]

What a month costs, line by line, and what the set throttles let through: from the settings of the packaged template, a
file of prices and measured durations. docs/cost.md tells the method and its limits. Needs no AWS account.

  --orders-per-day N    1 to 1,000,000,000
  --peak N              orders a second in the peak hour                 (${PEAK_FACTOR} times the mean)
  --backlog N           orders that wait in the order queue              (those of a day)
  --via http|queue      one POST /orders each, or SendMessageBatch by    (http)
                        another system, ten a request
  --emails on|off       whether SNS mails each customer                  (on)
  --invoke-ms NAME=MS   ${TIMES}
  --stage NAME          the stage to package                             (${DEFAULT_STAGE})
  --region NAME         the region to package for; prices stay those of us-east-1
  --param NAME=VALUE    a stage parameter; repeatable
  --template FILE       a template that is packaged already, instead
  --json                the same as JSON
  --help                show this
`;

/**
 * Reads the command line of `npm run cost`.
 *
 * @returns undefined where it asks for help
 * @throws UsageError that names the option, its rule and the value received
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
  throw refusal('--peak', `must be a number from the mean, ${least} orders a second, to 1,000,000`, text);
}

function readTimes(texts: readonly string[]): KnownTimes {
  const times = texts.map((text): [string, number] => {
    const [, name = '', ms = ''] = /^(\w+)=(.*)$/.exec(text) ?? [];
    if (!FUNCTIONS.includes(name)) {
      throw refusal('--invoke-ms', `must be NAME=MS with one of ${FUNCTIONS.join(', ')}`, text);
    }
    return [name, wholeNumber(`--invoke-ms ${name}`, ms, 1, LONGEST_MS)];
  });
  return Object.fromEntries(times);
}

const refusal = (option: string, rule: string, text: string | undefined): UsageError =>
  new UsageError(`${option}: ${rule}, received ${text || 'nothing'}`);
