import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Examination, RULES } from '../../../cli/doctor/examine.ts';
import { PERMANENT_QUEUES } from '../../pipeline/queue-outputs.ts';

const COMMAND = resolve(import.meta.dirname, '../../../cli/doctor.ts');
const LOGS = { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 7 } };
/** A queue without properties, which CloudFormation accepts. */
const QUEUE = { Type: 'AWS::SQS::Queue' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'order-pipeline-doctor-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function writeTemplate(name: string, template: unknown): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(template));
  return file;
}

interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

const runDoctor = (...args: string[]): Promise<Outcome> =>
  new Promise((settle) => {
    execFile(process.execPath, [COMMAND, ...args], (error, stdout, stderr) =>
      settle({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

describe('npm run doctor', () => {
  it('exits with 0 without findings, and shows which rules had nothing to check', async () => {
    const file = await writeTemplate('sound.json', { Resources: { Logs: LOGS } });
    const { status, stdout } = await runDoctor('--template', file);
    expect(status).toBe(0);
    expect(stdout).toMatch(/✓ log-retention +1 {2}/);
    expect(stdout).toMatch(/- visibility-timeout +none {2}/);
    expect(stdout).toContain('No findings.');
    for (const { id, title } of RULES) expect(stdout).toMatch(new RegExp(` ${id} .*${title.slice(0, 20)}`));
  });

  it('exits with 1 with findings, and shows the place, the value and what is expected', async () => {
    const file = await writeTemplate('broken.json', { Resources: { Orders: QUEUE, Logs: LOGS } });
    const { status, stdout } = await runDoctor('--template', file);
    expect(status).toBe(1);
    expect(stdout).toMatch(/✗ dead-letter-queue +1 {2}/);
    expect(stdout).toMatch(
      /Orders\.RedrivePolicy\n +is +nothing\n +should be another queue of this template/,
    );
    expect(stdout).toContain('sqs-dead-letter-queues.html');
    expect(stdout).toContain('Findings: 3.');
  });

  it('prints no colors if stdout is not a terminal', async () => {
    const file = await writeTemplate('plain.json', { Resources: { Orders: QUEUE } });
    const { stdout } = await runDoctor('--template', file);
    expect(stdout).toContain('Orders');
    expect(stdout).not.toContain('\u001b');
  });

  it('prints rules and findings as JSON with --json', async () => {
    const file = await writeTemplate('json.json', { Resources: { Orders: QUEUE } });
    const { status, stdout } = await runDoctor('--template', file, '--json');
    const { rules, findings } = JSON.parse(stdout) as Examination;
    expect(status).toBe(1);
    expect(rules.map(({ id, places }) => [id, places])).toContainEqual(['dead-letter-queue', 1]);
    expect(rules).toHaveLength(RULES.length);
    expect(findings).toContainEqual({
      rule: 'dead-letter-queue',
      place: 'Orders.RedrivePolicy',
      value: 'nothing',
      expected: 'another queue of this template',
      page: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html',
    });
  });

  it('packages the stage of --stage with the parameters of --param', async () => {
    const { stdout, stderr } = await runDoctor(
      ...['--stage', 'test', '--param', 'shipping=off', '--param', 'sales=off', '--json'],
    );
    expect(stderr).toBe('');
    const { rules } = JSON.parse(stdout) as Examination;
    expect(rules.map(({ id, places }) => [id, places])).toContainEqual([
      'partial-batch',
      PERMANENT_QUEUES.length,
    ]);
  }, 120_000);

  it('exits with 2 and the message of Serverless if packaging fails', async () => {
    const { status, stdout, stderr } = await runDoctor('--stage', 'Test');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^serverless package --stage Test: stage: must be 1 to 12 lower-case letters/);
  }, 120_000);

  it('exits with 2 if the template does not exist', async () => {
    const { status, stderr } = await runDoctor('--template', join(folder, 'missing.json'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/missing\.json: ENOENT/);
  });

  it('exits with 2 if the file is not a template', async () => {
    const { status, stderr } = await runDoctor(
      '--template',
      await writeTemplate('list.json', { Queues: [] }),
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/list\.json: not a template: .*\n.*Resources/);
  });

  it.each([
    [['--frobnicate'], /Unknown option '--frobnicate'/],
    [['--param', 'shipping'], /--param: must be NAME=VALUE, received shipping/],
    [
      ['--template', 'x.json', '--stage', 'dev'],
      /--stage: cannot be used with --template, which is already packaged/,
    ],
  ])('exits with 2 for the command line %s', async (args, message) => {
    const { status, stderr } = await runDoctor(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('npm run doctor -- --help');
  });

  it('shows its options with --help', async () => {
    const { status, stdout } = await runDoctor('--help');
    expect(status).toBe(0);
    for (const option of ['--stage', '--region', '--param', '--template', '--json']) {
      expect(stdout).toContain(option);
    }
  });
});
