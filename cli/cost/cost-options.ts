import { parseArgs } from 'node:util';
import type { PackageOptions } from '../template/package-template.ts';
import { type Demand, meanRate } from './demand.ts';
import { type FunctionName, INVOCATIONS, type KnownTimes } from './measured.ts';

/** What `npm run cost` is asked for. */
export interface CostOptions {
  demand: Demand;
  /** Orders a second in the peak hour. */
  peakRate: number;
  /** Orders that wait in the order queue. */
  backlog: number;
  /** A template that is packaged already, or how to package one. */
  template: string | PackageOptions;
  json: boolean;
}

/** A shop's busiest hour as a multiple of the mean one. A guess: nobody's statistics are behind it. */
const PEAK_FACTOR = 3;
/** As serverless.yml has it. */
const DEFAULT_STAGE = 'dev';
/** What a function may take at most: 15 minutes. */
const LONGEST_MS = 900_000;

export const HELP = `Usage: npm run cost -- --orders-per-day N [options]

What a month costs, line by line, and what the set throttles let through: from the settings of the packaged template, a
file of prices and measured durations. docs/cost.md tells the method and its limits. Needs no AWS account.

  --orders-per-day N    1 to 1,000,000,000
  --peak N              orders a second in the peak hour                 (${PEAK_FACTOR} times the mean)
  --backlog N           orders that wait in the order queue              (those of a day)
  --via http|queue      one POST /orders each, or SendMessageBatch by    (http)
                        another system, ten a request
  --emails on|off       whether SNS mails each customer                  (on)
  --invoke-ms NAME=MS   what an invocation of intake, consumer,          (measured, see docs/cost.md)
                        fulfillment or analytics takes; repeatable
  --stage NAME          the stage to package                             (${DEFAULT_STAGE})
  --region NAME         the region to package for; prices stay those of us-east-1
  --param NAME=VALUE    a stage parameter; repeatable
  --template FILE       a template that is packaged already, instead
  --json                the same as JSON
  --help                show this
`;

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the command line of `npm run cost`.
 *
 * @returns what is asked for, or 'help'
 * @throws UsageError that names the option, its rule and the value received
 */
export function readCostOptions(args: readonly string[]): CostOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const ordersPerDay = wholeNumber('--orders-per-day', values['orders-per-day'], 1, 1_000_000_000);
  const demand: Demand = {
    ordersPerDay,
    via: oneOf('--via', values.via, 'http', 'queue'),
    emails: oneOf('--emails', values.emails, 'on', 'off') === 'on',
    known: readTimes(values['invoke-ms']),
  };
  return {
    demand,
    peakRate: readPeak(values.peak, meanRate(demand)),
    backlog:
      values.backlog === undefined
        ? ordersPerDay
        : wholeNumber('--backlog', values.backlog, 0, 1_000_000_000_000),
    template: readSource(values),
    json: values.json,
  };
}

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'orders-per-day': { type: 'string' },
        peak: { type: 'string' },
        backlog: { type: 'string' },
        via: { type: 'string', default: 'http' },
        emails: { type: 'string', default: 'on' },
        'invoke-ms': { type: 'string', multiple: true, default: [] },
        stage: { type: 'string' },
        region: { type: 'string' },
        param: { type: 'string', multiple: true, default: [] },
        template: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readSource({ template, stage, region, param }: Values): CostOptions['template'] {
  for (const each of param) {
    if (!/^\w+=/.test(each)) throw refusal('--param', 'must be NAME=VALUE', each);
  }
  for (const [option, value] of Object.entries({ stage, region, template })) {
    if (value === '') throw refusal(`--${option}`, 'must not be empty', value);
  }
  if (template === undefined) return { stage: stage ?? DEFAULT_STAGE, region, params: param };
  const tooMuch = Object.entries({ stage, region, param: param[0] }).find(([, value]) => value !== undefined);
  if (!tooMuch) return template;
  throw new UsageError(`--${tooMuch[0]}: must not be given with --template, which is packaged already`);
}

function readPeak(text: string | undefined, mean: number): number {
  if (text === undefined) return mean * PEAK_FACTOR;
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= mean && value <= 1_000_000) return value;
  const least = mean.toLocaleString('en', { maximumSignificantDigits: 3 });
  throw refusal('--peak', `must be a number from the mean, ${least} orders a second, to 1,000,000`, text);
}

function readTimes(texts: readonly string[]): KnownTimes {
  const names = Object.keys(INVOCATIONS);
  const times = texts.map((text): [FunctionName, number] => {
    const [, name = '', ms = ''] = /^(\w+)=(.*)$/.exec(text) ?? [];
    if (!names.includes(name)) {
      throw refusal('--invoke-ms', `must be NAME=MS with one of ${names.join(', ')}`, text);
    }
    return [name as FunctionName, wholeNumber(`--invoke-ms ${name}`, ms, 1, LONGEST_MS)];
  });
  return Object.fromEntries(times);
}

function oneOf<const Choice extends string>(
  option: string,
  text: string,
  ...choices: [Choice, Choice]
): Choice {
  const choice = choices.find((each) => each === text);
  if (choice) return choice;
  throw refusal(option, `must be ${choices.join(' or ')}`, text);
}

function wholeNumber(option: string, text: string | undefined, least: number, most: number): number {
  const value = Number(text);
  if (text !== undefined && /^\d+$/.test(text) && value >= least && value <= most) return value;
  throw refusal(option, `must be a whole number from ${least} to ${most.toLocaleString('en')}`, text);
}

const refusal = (option: string, rule: string, text: string | undefined): UsageError =>
  new UsageError(`${option}: ${rule}, received ${text || 'nothing'}`);
