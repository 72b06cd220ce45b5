import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Estimate, estimate } from '../../../cli/cost/estimate.ts';
import { type QueueConsumer, readSettings, type Settings } from '../../../cli/cost/read-settings.ts';
import { packageStack } from '../../run-serverless.ts';
import { FLEETS } from '../../template/parameter-sets.ts';
import { type CostCommand, copyCostCommand } from './run-cost.ts';

const DOCS = readFileSync(resolve(import.meta.dirname, '../../../docs/cost.md'), 'utf8');
const MILLION = ['--orders-per-day', '1000000'];

/** Cells of the rows of the table in docs/cost.md that begins with that header. */
function docsTable(header: string): string[][] {
  const [, rest = ''] = DOCS.split(`${header}\n`);
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

/** Works out what docs/cost.md writes, such as `2 × 2,592,000 / 20 s`. */
function workOut(arithmetic: string): number {
  const expression = arithmetic
    .replaceAll(',', '')
    .replaceAll('×', '*')
    .replaceAll(/(?<=\d) (?:B|GB|h|s)(?= |$|\))/g, '');
  if (!/^[\d.*/+() ]+$/.test(expression)) throw new Error(`docs/cost.md: cannot work out ${arithmetic}`);
  return new Function(`return ${expression}`)();
}

describe('npm run cost', () => {
  let command: CostCommand;
  let million: { text: string; json: Estimate & { settings: object }; settings: Settings };
  beforeAll(async () => {
    command = await copyCostCommand();
    const { template } = await packageStack('test');
    const file = await command.write('packaged.json', JSON.stringify(template));
    const [text, json] = await Promise.all([
      command.run(...MILLION, '--template', file),
      command.run(...MILLION, '--template', file, '--json'),
    ]);
    million = {
      text: text.stdout.replace(file, 'stage dev'),
      json: JSON.parse(json.stdout),
      settings: readSettings(template),
    };
  }, 180_000);
  afterAll(() => command.remove());

  it('says of a million orders a day what docs/cost.md shows', () => {
    expect(million.text).toContain('1,000,000 orders a day');
    expect(DOCS).toContain(million.text.trimEnd());
  });

  it('says the same as JSON', () => {
    const { lines, monthly } = million.json.bills.mean;
    const shown = monthly.toLocaleString('en', { maximumFractionDigits: 2 });
    expect(million.text).toMatch(new RegExp(`^ {2}all .* ${shown}$`, 'm'));
    for (const { what } of lines) expect(million.text).toContain(what);
  });

  it('shows as JSON the settings of each function, those of a part inside that part with its database', () => {
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

  it('has a line for each that docs/cost.md works out by hand, and no other', () => {
    const byHand = docsTable('| service | what | arithmetic | USD |');
    const lines = million.json.bills.mean.lines.map(({ service, what }) => `${service} ${what}`);
    expect(byHand.map(([service, what]) => `${service} ${what}`).toSorted()).toEqual(lines.toSorted());
  });

  it.each(docsTable('| service | what | arithmetic | USD |'))(
    '%s %s is %s',
    (service, what, arithmetic, result) => {
      const line = million.json.bills.mean.lines.find(
        (each) => each.service === service && each.what === what,
      );
      expect(line?.monthly).toBeCloseTo(workOut(arithmetic ?? ''), 2);
      expect(line?.monthly.toFixed(2)).toBe(usd(result).toFixed(2));
    },
  );

  it('costs after each change what docs/cost.md says of it', () => {
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
    expect(docsTable('| change | USD a month |').map(([, cell]) => usd(cell).toFixed(2))).toEqual([
      monthly(settings),
      monthly(settings, { emails: false }),
      // A password and seven alarms go with the sales.
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

  it('packages the stage that it is asked for, with its parameters', { timeout: 180_000 }, async () => {
    const params = ['--param', 'consumerConcurrency=2', '--param', 'sales=off', '--param', 'shipping=off'];
    const { stdout, status } = await command.run(...MILLION, ...params, '--json');
    expect(status).toBe(0);
    const { bills, capacities } = JSON.parse(stdout) as Estimate;
    // 2 × 100 orders / 0.493 s, a fifth of what 10 at once let through.
    expect(capacities).toMatchObject([{ name: 'consumer', atOnce: 2 }]);
    expect(capacities[0]?.ordersPerSecond).toBeCloseTo(405.7, 1);
    // 2 pollers have 5.787 orders a second each: 1.116 + 5.787 in a batch instead of 3.36.
    expect(bills.mean.flows.consumer?.ordersPerBatch).toBeCloseTo(6.903, 3);
    expect(bills.mean.lines.filter(({ service }) => ['Aurora', 'Redshift'].includes(service))).toEqual([]);
  });

  it('ends with 1 where a fleet works off a queue, and says where to read on', {
    timeout: 180_000,
  }, async () => {
    const { template } = await packageStack('test', ...FLEETS.ec2);
    const file = await command.write('fleet.json', JSON.stringify(template));
    const { status, stdout, stderr } = await command.run(...MILLION, '--template', file);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      'template: ConsumerEventSourceMappingSQSOrderQueue must be enabled, since this reckons with Lambda only, received Enabled: false. ' +
        'A worker fleet that polls in its place, and what that costs, is in docs/worker-fleet.md.\n',
    );
  });

  it('shows its help', async () => {
    const { status, stdout } = await command.run('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run cost -- --orders-per-day N/);
  });

  it('ends with 2 when the command line is wrong', async () => {
    expect(await command.run('--orders-per-day', 'many')).toEqual({
      status: 2,
      stdout: '',
      stderr: '--orders-per-day: must be a whole number from 1 to 1,000,000,000, received many\n',
    });
  });

  it('ends with 1 when there is no such template', async () => {
    const { status, stderr } = await command.run(...MILLION, '--template', 'nowhere.json');
    expect(status).toBe(1);
    expect(stderr).toContain('nowhere.json');
  });
});
