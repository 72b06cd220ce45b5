import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Estimate, estimate } from '../../../cli/cost/estimate.ts';
import { type QueueConsumer, readSettings, type Settings } from '../../../cli/cost/read-settings.ts';
import { render } from '../../../cli/cost/render.ts';
import { packageStack } from '../../run-serverless.ts';
import { FLEETS } from '../../template/parameter-sets.ts';
import { type CostCommand, copyCostCommand } from './run-cost.ts';

const readDoc = (name: string) => readFileSync(resolve(import.meta.dirname, '../../../docs', name), 'utf8');
const COST = readDoc('cost.md');
const EXAMPLE = readDoc('cost-example.md');
const MILLION = ['--orders-per-day', '1000000'];

/** Returns the cells of the table with that header. */
function tableOf(page: string, header: string): string[][] {
  const [, rest = ''] = page.split(`${header}\n`);
  const [rows = ''] = rest.split('\n\n');
  return rows
    .split('\n')
    .slice(1)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const usd = (text: string | undefined): number => Number(text?.replaceAll(',', ''));

const ARITHMETIC = tableOf(EXAMPLE, '| service | what | arithmetic | USD |');

/** Evaluates arithmetic of docs/cost-example.md, such as `2 × 2,592,000 / 20 s`. */
function calculate(arithmetic: string): number {
  const expression = arithmetic
    .replaceAll(',', '')
    .replaceAll('×', '*')
    .replaceAll(/(?<=\d) (?:B|GB|h|s)(?= |$|\))/g, '');
  if (!/^[\d.*/+() ]+$/.test(expression))
    throw new Error(`docs/cost-example.md: cannot calculate ${arithmetic}`);
  return new Function(`return ${expression}`)();
}

/** The consumers whose cost the pages show. */
const DOCUMENTED = ['consumer', 'fulfillment', 'analytics', 'ingest'];
/** Returns the settings of the stage that the pages describe, without consumers that were added to topology.ts. */
function documented(settings: Settings): Settings {
  const all = Object.entries(settings.consumers);
  const kept = all.filter(([name]) => DOCUMENTED.includes(name));
  // A consumer has two alarms, and so has its queue.
  const alarmMetrics = settings.alarmMetrics - 4 * (all.length - kept.length);
  return { ...settings, consumers: Object.fromEntries(kept), alarmMetrics };
}

describe('npm run cost', () => {
  let command: CostCommand;
  /** The command's output, and the settings and estimate that the pages show. */
  let million: {
    text: string;
    json: Estimate & { settings: object };
    printed: string;
    settings: Settings;
    estimate: Estimate;
  };
  beforeAll(async () => {
    command = await copyCostCommand();
    const { template } = await packageStack('test');
    const file = await command.write('packaged.json', JSON.stringify(template));
    const [text, json] = await Promise.all([
      command.run(...MILLION, '--template', file),
      command.run(...MILLION, '--template', file, '--json'),
    ]);
    const answer = JSON.parse(json.stdout);
    const all = readSettings(template);
    const settings = documented(all);
    million = {
      text: text.stdout,
      json: answer,
      printed: render(estimate(all, answer), file),
      settings,
      estimate: estimate(settings, answer),
    };
  }, 180_000);
  afterAll(() => command.remove());

  it('prints the output for a million orders a day that docs/cost.md shows', () => {
    expect(million.text).toContain('1,000,000 orders a day');
    expect(million.text).toBe(million.printed);
    expect(COST).toContain(render(million.estimate, 'stage dev').trimEnd());
  });

  it('prints the same lines as JSON with --json', () => {
    const { lines, monthly } = million.json.bills.mean;
    const shown = monthly.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    expect(million.text).toMatch(new RegExp(`^ {2}total .* ${shown}$`, 'm'));
    for (const { what } of lines) expect(million.text).toContain(what);
  });

  it('prints settings as JSON by function; the settings of a part include its functions and its database', () => {
    expect(million.json.settings).toMatchObject({
      intake: { memoryMb: 512 },
      consumer: { memoryMb: 512, batchSize: 100, maximumConcurrency: 10 },
      ingest: { memoryMb: 1_024, batchSize: 1 },
      shipping: { fulfillment: { batchSize: 100 }, minCapacity: 0, maxCapacity: 4, pauseSeconds: 300 },
      sales: { analytics: { batchSize: 5_000 }, baseCapacity: 4, maxCapacity: 8 },
      keys: 1,
    });
    expect(million.json.settings).not.toHaveProperty('consumers');
  });

  it('prints exactly the lines whose arithmetic docs/cost-example.md shows', () => {
    const lines = million.estimate.bills.mean.lines.map(({ service, what }) => `${service} ${what}`);
    expect(ARITHMETIC.map(([service, what]) => `${service} ${what}`).toSorted()).toEqual(lines.toSorted());
  });

  it.each(ARITHMETIC)('estimates %s %s as %s', (service, what, arithmetic, result) => {
    const line = million.estimate.bills.mean.lines.find(
      (each) => each.service === service && each.what === what,
    );
    expect(line?.monthly).toBeCloseTo(calculate(arithmetic ?? ''), 2);
    expect(line?.monthly.toFixed(2)).toBe(usd(result).toFixed(2));
  });

  it('estimates the cost after each change that docs/cost.md lists', () => {
    const { demand, peakRate, backlog } = million.json;
    const { settings } = million;
    const { salesDatabase, ...unsold } = settings;
    const { analytics, ...others } = settings.consumers;
    const withAll = (names: readonly string[], changes: Partial<QueueConsumer>): Settings['consumers'] =>
      Object.fromEntries(
        Object.entries(settings.consumers).map(([name, consumer]) => [
          name,
          names.includes(name) ? { ...consumer, ...changes } : consumer,
        ]),
      );
    const monthly = (changed: Settings, changes: Partial<Estimate['demand']> = {}) => {
      const asked = { demand: { ...demand, ...changes }, peakRate, backlog };
      return estimate(changed, asked).bills.mean.monthly.toFixed(2);
    };
    expect(tableOf(COST, '| change | USD a month |').map(([, cell]) => usd(cell).toFixed(2))).toEqual([
      monthly(settings),
      monthly(settings, { emails: false }),
      // Without sales there are one password and seven alarms fewer.
      monthly({
        ...unsold,
        consumers: others,
        secrets: settings.secrets - 1,
        alarmMetrics: settings.alarmMetrics - 7,
      }),
      monthly({ ...settings, consumers: withAll(['analytics'], { batchSize: 500 }) }),
      monthly({
        ...settings,
        intake: { ...settings.intake, traced: false },
        consumers: withAll(['consumer', 'fulfillment', 'analytics'], { traced: false }),
      }),
      monthly({ ...settings, consumers: withAll(['consumer', 'fulfillment'], { windowSeconds: 5 }) }),
      monthly(settings, { via: 'queue' }),
    ]);
  });

  it('packages the stage with the parameters of --param', { timeout: 180_000 }, async () => {
    const params = ['--param', 'consumerConcurrency=2', '--param', 'sales=off', '--param', 'shipping=off'];
    const { stdout, status } = await command.run(...MILLION, ...params, '--json');
    expect(status).toBe(0);
    const { bills, capacities } = JSON.parse(stdout) as Estimate;
    // 2 × 100 orders / 0.493 s, a fifth of the capacity with 10 concurrent invocations.
    expect(capacities[0]).toMatchObject({ name: 'consumer', atOnce: 2 });
    const names = capacities.map(({ name }) => name);
    expect(names).not.toContain('fulfillment');
    expect(names).not.toContain('analytics');
    expect(capacities[0]?.ordersPerSecond).toBeCloseTo(405.7, 1);
    // 2 pollers receive 5.787 orders a second each: 1.116 + 5.787 in a batch instead of 3.36.
    expect(bills.mean.flows.consumer?.ordersPerBatch).toBeCloseTo(6.903, 3);
    expect(bills.mean.lines.filter(({ service }) => ['Aurora', 'Redshift'].includes(service))).toEqual([]);
  });

  it('exits with 1 if a worker fleet processes a queue, and refers to its docs page', {
    timeout: 180_000,
  }, async () => {
    const { template } = await packageStack('test', ...FLEETS.ec2);
    const file = await command.write('fleet.json', JSON.stringify(template));
    const { status, stdout, stderr } = await command.run(...MILLION, '--template', file);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      'template: ConsumerEventSourceMappingSQSOrderQueue.Enabled must be true, received false: ' +
        'npm run cost does not support worker fleets. Their cost is in docs/worker-fleet.md.\n',
    );
  });

  it('shows its help with --help', async () => {
    const { status, stdout } = await command.run('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run cost -- --orders-per-day N/);
  });

  it('exits with 2 for an invalid command line', async () => {
    expect(await command.run('--orders-per-day', 'many')).toEqual({
      status: 2,
      stdout: '',
      stderr: '--orders-per-day: must be a whole number from 1 to 1,000,000,000, received many\n',
    });
  });

  it('exits with 1 if the template does not exist', async () => {
    const { status, stderr } = await command.run(...MILLION, '--template', 'nowhere.json');
    expect(status).toBe(1);
    expect(stderr).toContain('nowhere.json');
  });
});
