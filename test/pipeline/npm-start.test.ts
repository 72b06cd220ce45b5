import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PublishCommand } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectClients } from '../local/start-test-services.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

let localDirectory: string;
/** Process groups of this test. */
const groups: number[] = [];

beforeEach(async () => {
  localDirectory = await mkdtemp(join(tmpdir(), 'order-pipeline-start-'));
});
afterEach(async () => {
  for (const group of groups.splice(0)) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  await rm(localDirectory, { recursive: true, force: true });
});

/** Those of the stack on AWS, and three of the embedded cloud's own. */
const OUTPUTS = [
  'AnalyticsQueueDLQUrl',
  'AnalyticsQueueUrl',
  'ApiUrl',
  'AwsEndpointUrl',
  'DynamoDbEndpointUrl',
  'LedgerTableName',
  'MailboxQueueUrl',
  'OrderEventsTopicArn',
  'OrderQueueDLQUrl',
  'OrderQueueUrl',
  'OrderUploadsTopicArn',
  'ResultsBucketName',
  'ShippingQueueDLQUrl',
  'ShippingQueueUrl',
  'UploadBucketName',
  'UploadQueueDLQUrl',
  'UploadQueueUrl',
];

interface Run {
  child: ChildProcess;
  /** Its process group, as a terminal would give it one: what Ctrl-C reaches. */
  group: number;
  /** Resolves when the text has been printed. */
  printed(text: string): Promise<void>;
  /** Exit status and everything that was printed. */
  ended: Promise<{ status: number | null; output: string }>;
}

function run(command: string, args: readonly string[]): Run {
  const child = spawn(command, args, {
    cwd: PROJECT,
    env: { ...process.env, ORDER_PIPELINE_LOCAL_DIR: localDirectory },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid: group = Number.NaN } = child;
  groups.push(group);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'close').then(([status]) => ({ status, output }));
  return {
    child,
    group,
    ended,
    async printed(text) {
      for (let over = false; !output.includes(text); ) {
        if (over) throw new Error(`ended without printing "${text}":\n${output}`);
        const more = once(child.stdout, 'data').then(() => false);
        over = await Promise.race([more, ended.then(() => true)]);
      }
    },
  };
}

const start = (...args: string[]): Run => run(process.execPath, ['local/main.ts', ...args]);
const FREE_PORTS = ['--port', '0', '--aws-port', '0'];

async function readOutputs(): Promise<Record<string, string>> {
  return JSON.parse(await readFile(join(localDirectory, 'outputs.json'), 'utf8'));
}

/** Processes of a group that have not ended. Linux only. */
async function membersOf(group: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const members = await Promise.all(
    pids.map(async (pid) => {
      // Gone since the list was read, perhaps.
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // Before the state comes the program's name, in parentheses, with whatever in it.
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(pgrp) === group && state !== 'Z' ? [pid] : [];
    }),
  );
  return members.flat();
}

describe('npm start', () => {
  for (const via of ['queue', 's3']) {
    it(`sends orders via ${via}, reconciles and exits with 0, without a control character`, async () => {
      const args = ['start', '--', '--count', '600', '--via', via, '--exit', ...FREE_PORTS];
      const { status, output } = await run('npm', args).ended;

      expect(output).toMatch(/sent +600 /);
      expect(output).toMatch(/= confirmed +600 /);
      expect(output).toMatch(/\+ duplicates +0\n/);
      expect(output).toContain('Reconciled');
      expect([...output].filter((letter) => letter < ' ' && letter !== '\n')).toEqual([]);
      expect(status).toBe(0);
      expect(await readdir(localDirectory)).not.toContain('outputs.json');
    });
  }

  it('sends no faster than the rate asked for', async () => {
    const { status, output } = await start('--count', '200', '--rate', '100', '--exit', ...FREE_PORTS).ended;
    const [, seconds] = /sent +200 .* over ([\d.]+) s\n/.exec(output) ?? [];
    expect(Number(seconds)).toBeGreaterThanOrEqual(1.9);
    expect(status).toBe(0);
  });

  it('exits with 1 when a customer was told twice', async () => {
    const { printed, ended } = start('--count', '200', '--rate', '50', '--exit', ...FREE_PORTS);
    // The first line of progress: the counting has begun.
    await printed('sent ');
    const { AwsEndpointUrl = '', OrderEventsTopicArn } = await readOutputs();
    const { sns } = connectClients(AwsEndpointUrl);
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    const secondMail = new PublishCommand({
      TopicArn: OrderEventsTopicArn,
      Message: JSON.stringify({ event: 'OrderConfirmed', order: { order_id: 'told-twice' } }),
      MessageAttributes: { event: text('OrderConfirmed'), email_id: text('jane@example.com') },
    });
    await sns.send(secondMail);
    await sns.send(secondMail);

    const { status, output } = await ended;
    expect(output).toMatch(/confirmed twice +1\n/);
    expect(output).toContain('NOT reconciled.');
    expect(status).toBe(1);
  });

  it('stays up until it is interrupted, then ends at once', async () => {
    const { child, printed, ended } = start('--no-produce', ...FREE_PORTS);
    await printed('Ctrl-C stops it.');
    const outputs = await readOutputs();
    expect(Object.keys(outputs).sort()).toEqual(OUTPUTS);
    expect((await fetch(`${outputs.ApiUrl}/orders`, { method: 'POST', body: '{}' })).status).toBe(400);

    const interrupted = Date.now();
    child.kill('SIGINT');
    const { status, output } = await ended;
    expect(status).toBe(0);
    expect(output).toContain('Stopping …');
    expect(Date.now() - interrupted).toBeLessThan(10_000);
    expect(await readdir(localDirectory)).not.toContain('outputs.json');
    await expect(fetch(outputs.ApiUrl ?? '')).rejects.toThrow('fetch failed');
  });

  it.skipIf(process.platform !== 'linux')('is one process, and leaves none behind', async () => {
    const { child, group, printed, ended } = start('--no-produce', ...FREE_PORTS);
    await printed('Ctrl-C stops it.');
    expect(await membersOf(group)).toEqual([child.pid]);
    child.kill('SIGINT');
    await ended;
    expect(await membersOf(group)).toEqual([]);
  });

  it('ends in good order on Ctrl-C, which the terminal sends and npm passes on once more', async () => {
    const { group, printed, ended } = run('npm', ['start', '--', '--no-produce', ...FREE_PORTS]);
    await printed('Ctrl-C stops it.');
    const { ApiUrl = '' } = await readOutputs();
    process.kill(-group, 'SIGINT');
    const { status, output } = await ended;
    expect(output).toContain('Stopping …');
    expect(status).toBe(0);
    expect(await readdir(localDirectory)).not.toContain('outputs.json');
    await expect(fetch(ApiUrl)).rejects.toThrow('fetch failed');
  });

  it.for(['SIGTERM', 'SIGKILL'] as const)('ends with npm, also when npm is ended by %s', async (signal) => {
    const { child, printed } = run('npm', ['start', '--', '--no-produce', ...FREE_PORTS]);
    await printed('Ctrl-C stops it.');
    const { ApiUrl = '' } = await readOutputs();
    expect((await fetch(ApiUrl)).status).toBe(404);
    child.kill(signal);
    await vi.waitFor(() => expect(fetch(ApiUrl)).rejects.toThrow('fetch failed'), {
      timeout: 15_000,
      interval: 200,
    });
  });

  it('can be interrupted in the middle of a run', async () => {
    const { child, printed, ended } = start('--count', '100000', '--rate', '100', '--exit', ...FREE_PORTS);
    await printed('sent ');
    child.kill('SIGTERM');
    expect((await ended).status).toBe(130);
  });

  it('keeps the mailbox, the queues and the ledger in its data directory', async () => {
    const data = ['--data', join(localDirectory, 'data'), ...FREE_PORTS];
    expect((await start('--count', '50', '--exit', ...data).ended).status).toBe(0);

    const drained = await start('--no-produce', '--exit', ...data).ended;
    expect(drained.output).toMatch(/= confirmed +0 /);
    expect(drained.status).toBe(0);

    const { printed, child, ended } = start('--no-produce', ...data);
    await printed('Ctrl-C stops it.');
    const second = await start('--no-produce', ...data).ended;
    expect(second.output).toMatch(/^data directory: only one process may use it at a time/);
    expect(second.status).toBe(1);
    const { AwsEndpointUrl } = await readOutputs();
    const queues = (await (await fetch(`${AwsEndpointUrl}/_fauxqs/queues`)).json()) as {
      name: string;
      approximateMessageCount: number;
    }[];
    const depths = Object.fromEntries(
      queues.map(({ name, approximateMessageCount }) => [name, approximateMessageCount]),
    );
    expect(depths).toMatchObject({
      mailbox: 50,
      'order-pipeline-local-order-queue': 0,
      'order-pipeline-local-shipping-queue': 50,
    });
    child.kill('SIGINT');
    await ended;
  });

  it('names the port that is taken, and what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    for (const option of ['--port', '--aws-port']) {
      const ports = option === '--port' ? ['--aws-port', '0'] : ['--port', '0'];
      const { status, output } = await start('--no-produce', option, String(port), ...ports).ended;
      expect(output).toContain(`Port ${port} on 127.0.0.1 is taken`);
      expect(output).toContain(option);
      expect(status).toBe(1);
    }
    server.close();
  });

  it('explains a wrong option and exits with 2', async () => {
    const { status, output } = await start('--count', 'many').ended;
    expect(output).toBe(
      '--count: must be a whole number from 1 to 1,000,000, received many\nSee npm start -- --help\n',
    );
    expect(status).toBe(2);
  });

  it('prints its options', async () => {
    const { status, output } = await start('--help').ended;
    for (const option of [
      'count',
      'via',
      'rate',
      'concurrency',
      'exit',
      'no-produce',
      'port',
      'aws-port',
      'data',
    ]) {
      expect(output).toContain(`--${option}`);
    }
    expect(status).toBe(0);
  });
});
