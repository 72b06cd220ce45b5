import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../..');

let localDirectory: string;
const running: ChildProcess[] = [];

beforeEach(async () => {
  localDirectory = await mkdtemp(join(tmpdir(), 'order-pipeline-start-'));
});
afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
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
  });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'close').then(([status]) => ({ status, output }));
  return {
    child,
    ended,
    async printed(text) {
      while (!output.includes(text)) {
        if (child.exitCode !== null) throw new Error(`ended without printing "${text}":\n${output}`);
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
  };
}

const start = (...args: string[]): Run => run(process.execPath, ['local/main.ts', ...args]);
const FREE_PORTS = ['--port', '0', '--aws-port', '0'];

describe('npm start', () => {
  for (const via of ['queue', 's3']) {
    it(`sends orders via ${via}, reconciles and exits with 0, without a control character`, async () => {
      const args = ['start', '--', '--count', '600', '--via', via, '--exit', ...FREE_PORTS];
      const { status, output } = await run('npm', args).ended;

      expect(output).toMatch(/sent +600 /);
      expect(output).toMatch(/= confirmed +600 /);
      expect(output).toMatch(/\+ duplicates +0\n/);
      expect(output).toContain('Reconciled');
      // biome is told that looking for control characters is the point.
      expect([...output].filter((letter) => letter < ' ' && letter !== '\n')).toEqual([]);
      expect(status).toBe(0);
      expect(await readdir(localDirectory)).not.toContain('outputs.json');
    });
  }

  it('stays up until it is interrupted, then ends at once with nothing left behind', async () => {
    const { child, printed, ended } = start('--no-produce', ...FREE_PORTS);
    await printed('Ctrl-C stops it.');
    const outputs = JSON.parse(await readFile(join(localDirectory, 'outputs.json'), 'utf8'));
    expect(Object.keys(outputs).sort()).toEqual(OUTPUTS);
    expect((await fetch(`${outputs.ApiUrl}/orders`, { method: 'POST', body: '{}' })).status).toBe(400);
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '');
    expect(children).toBe('');

    const interrupted = Date.now();
    child.kill('SIGINT');
    const { status, output } = await ended;
    expect(status).toBe(0);
    expect(output).toContain('Stopping …');
    expect(Date.now() - interrupted).toBeLessThan(10_000);
    expect(await readdir(localDirectory)).not.toContain('outputs.json');
    await expect(fetch(outputs.ApiUrl)).rejects.toThrow();
  });

  it.for(['SIGTERM', 'SIGKILL'] as const)('ends with npm, also when npm is ended by %s', async (signal) => {
    const { child, printed } = run('npm', ['start', '--', '--no-produce', ...FREE_PORTS]);
    await printed('Ctrl-C stops it.');
    const { ApiUrl } = JSON.parse(await readFile(join(localDirectory, 'outputs.json'), 'utf8'));
    expect((await fetch(ApiUrl)).status).toBe(404);
    child.kill(signal);
    await vi.waitFor(() => expect(fetch(ApiUrl)).rejects.toThrow(), { timeout: 15_000, interval: 200 });
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
    const { AwsEndpointUrl } = JSON.parse(await readFile(join(localDirectory, 'outputs.json'), 'utf8'));
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
