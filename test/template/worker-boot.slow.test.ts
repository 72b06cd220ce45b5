import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { createTestDirectory } from '../local/create-test-directory.ts';
import { packageStack } from '../run-serverless.ts';
import { FLEETS } from './parameter-sets.ts';
import { userDataOf } from './user-data.ts';

const toEnvironmentFile = createRequire(import.meta.url)('../../plugins/environment-file.cjs');
const run = promisify(execFile);
const SAMPLES: Record<string, string> = {
  ServerlessDeploymentBucket: 'deployment-1x2y',
  WorkerLogGroup: '/order-pipeline/test/workers',
  OrderQueue: 'https://sqs.us-east-1.amazonaws.com/123456789012/order-pipeline-test-order-queue',
  LedgerTable: 'order-pipeline-test-ledger',
  OrderEventsTopic: 'arn:aws:sns:us-east-1:123456789012:order-pipeline-test-order-events',
  'AWS::Region': 'us-east-1',
  'AWS::StackName': 'order-pipeline-test',
};

let script: string;
beforeAll(async () => {
  const { template } = await packageStack('test', ...FLEETS.ec2);
  const [source, values] = userDataOf(template);
  script = source.replace(/\$\{([^}]*)\}/g, (_, name: string) => evaluate(name, values[name]));
}, 240_000);

/** Evaluates a value as CloudFormation does, with sample resources. */
function evaluate(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join } = (value ?? {}) as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (join) return join[1].map((part) => evaluate(name, part)).join(join[0]);
  const sample = SAMPLES[Ref ?? ''];
  if (sample === undefined) throw new Error(`user data: no sample value for ${name}`);
  return sample;
}

/** Returns the files that the script writes, by path. */
const filesOf = (text: string): Map<string, string> =>
  new Map(
    [...text.matchAll(/^cat >(\S+) <<'END'\n([\s\S]*?)\nEND$/gm)].map(([, path = '', content = '']) => [
      path,
      `${content}\n`,
    ]),
  );

test('the user data is a valid bash script below the limit of 16 kB', async () => {
  const file = join(await createTestDirectory(), 'boot.sh');
  await writeFile(file, script);
  await run('bash', ['-n', file]);
  expect(Buffer.byteLength(script)).toBeLessThan(16_384);
  expect(script.split('\n')[0]).toBe('#!/bin/bash');
});

/** Reads variables as systemd does: in double quotes, an EnvironmentFile has the same escapes as a shell. */
async function readEnvironment(text: string): Promise<string[]> {
  const file = join(await createTestDirectory(), 'order-worker.env');
  await writeFile(file, text);
  const { stdout } = await run('env', ['-i', 'bash', '-c', `set -a; . ${file}; printf '%s\\0' "$(env)"`]);
  return stdout.split('\n');
}

test('an environment file preserves special characters in values', async () => {
  const text = evaluate('Environment', toEnvironmentFile({ TABLE: 'a "table" for $5 \\ `more`', LEFT: 0 }));
  expect(await readEnvironment(text)).toEqual(
    expect.arrayContaining(['TABLE=a "table" for $5 \\ `more`', 'LEFT=0']),
  );
});

test("the workers' environment is the function's, plus the region", async () => {
  const environment = filesOf(script).get('/etc/order-worker.env') ?? '';
  expect(await readEnvironment(environment)).toEqual(
    expect.arrayContaining([
      'POWERTOOLS_SERVICE_NAME=order-pipeline-test',
      'POWERTOOLS_LOG_LEVEL=INFO',
      `ORDER_QUEUE_URL=${SAMPLES.OrderQueue}`,
      `ORDER_EVENTS_TOPIC_ARN=${SAMPLES.OrderEventsTopic}`,
      `LEDGER_TABLE_NAME=${SAMPLES.LedgerTable}`,
      'AWS_REGION=us-east-1',
    ]),
  );
  expect(environment.trim().split('\n')).toHaveLength(6);
});

test('the log agent sends the output of the worker and of the boot to the log group', () => {
  const { logs } = JSON.parse(filesOf(script).get('/etc/order-worker-logs.json') ?? '');
  expect(logs.logs_collected.files.collect_list).toEqual([
    {
      file_path: '/var/log/order-worker.log',
      log_group_name: SAMPLES.WorkerLogGroup,
      log_stream_name: '{instance_id}/worker',
    },
    {
      file_path: '/var/log/cloud-init-output.log',
      log_group_name: SAMPLES.WorkerLogGroup,
      log_stream_name: '{instance_id}/boot',
    },
  ]);
  expect(script).toContain('StandardOutput=append:/var/log/order-worker.log\n');
});

test('the stop timeout of systemd is longer than the deadline of the worker', () => {
  const unit = filesOf(script).get('/etc/systemd/system/order-worker.service') ?? '';
  const deadline = Number(/--deadline (\d+)/.exec(unit)?.[1]);
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThanOrEqual(deadline + 10);
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
test.runIf(hasSystemd)('systemd accepts the units', async () => {
  const folder = await createTestDirectory();
  const units = [...filesOf(script)].filter(([path]) => /\.(service|timer)$/.test(path));
  expect(units).toHaveLength(3);
  for (const [path, content] of units) {
    // Only Amazon Linux has a Node.js of this name.
    const text = content
      .replace('/usr/bin/node-24', '/bin/sh')
      .replace('/opt/order-worker/order-worker.mjs', '');
    await writeFile(join(folder, path.replace(/.*\//, '')), text);
  }
  const names = units.map(([path]) => join(folder, path.replace(/.*\//, '')));
  const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', ...names]);
  const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('order-worker'));
  expect(complaints).toEqual([]);
});

describe('the boot script, with stubbed commands,', () => {
  /**
   * Runs the script below a temporary folder, with commands that only log their calls.
   *
   * @param failing Name and first argument of the command that fails. Default: none.
   */
  async function boot(failing = '') {
    const root = await createTestDirectory();
    const below = (path: string) => join(root, path);
    const stub = `#!/bin/bash
echo "\${0##*/} $*" >>${below('calls')}
[[ "\${0##*/} $1" != '${failing}' ]]
`;
    const commands = ['aws', 'curl', 'dnf', 'sleep', 'systemctl', 'useradd'].map((name) => `bin/${name}`);
    for (const path of [...commands, 'opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl']) {
      await mkdir(dirname(below(path)), { recursive: true });
      await writeFile(below(path), stub);
      await chmod(below(path), 0o755);
    }
    for (const path of ['etc/systemd/system', 'etc/logrotate.d', 'var/lib/cloud/data'])
      await mkdir(below(path), { recursive: true });
    await writeFile(below('var/lib/cloud/data/instance-id'), 'i-0123\n');
    await writeFile(below('boot.sh'), script.replace(/(?<=[\s>:])\/(?=(?:etc|var|opt)\/)/gm, `${root}/`));
    const { status } = spawnSync('bash', [below('boot.sh')], {
      env: { ...process.env, PATH: `${below('bin')}:${process.env.PATH}` },
    });
    const calls = (await readFile(below('calls'), 'utf8')).replaceAll(root, '').trim().split('\n');
    return { root, status, calls };
  }
  const signal = (status: string) =>
    `aws cloudformation signal-resource --region us-east-1 --stack-name order-pipeline-test --logical-resource-id WorkerGroup --unique-id i-0123 --status ${status}`;

  it('installs and starts the worker, and signals success when its health check passes', async () => {
    const { root, status, calls } = await boot();
    expect(status).toBe(0);
    expect(calls).toEqual([
      'dnf install -y amazon-cloudwatch-agent',
      'amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/etc/order-worker-logs.json',
      'dnf install -y nodejs24 logrotate',
      'useradd --system --no-create-home --shell /sbin/nologin order-worker',
      expect.stringMatching(
        /^aws s3 cp --region us-east-1 s3:\/\/deployment-1x2y\/serverless\/order-pipeline\/test\/worker\/[0-9a-f]{64}\.mjs \/opt\/order-worker\/order-worker\.mjs$/,
      ),
      'systemctl daemon-reload',
      'systemctl enable --now order-worker.service order-worker-health.timer',
      'systemctl enable logrotate.timer',
      'systemctl restart logrotate.timer',
      expect.stringContaining('http://127.0.0.1:8080/health'),
      signal('SUCCESS'),
    ]);
    const { mode } = await stat(join(root, 'etc/order-worker.env'));
    expect((mode & 0o777).toString(8)).toBe('600');
  });

  it.each([
    ['the code is missing', 'aws s3'],
    ['a package is missing', 'dnf install'],
    ['the health check fails', 'curl -sSf'],
  ])('signals failure and shuts the instance down when %s', async (_, failing) => {
    const { status, calls } = await boot(failing);
    expect(status).not.toBe(0);
    expect(calls.slice(-3)).toEqual([signal('FAILURE'), 'sleep 15', 'systemctl poweroff']);
    expect(calls).not.toContain(signal('SUCCESS'));
  });

  it('continues when CloudFormation rejects the signal', async () => {
    const { status, calls } = await boot('aws cloudformation');
    expect(status).toBe(0);
    expect(calls).not.toContain('systemctl poweroff');
  });
});
