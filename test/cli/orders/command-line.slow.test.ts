import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMANENT_QUEUES, queueOutputs } from '../../pipeline/queue-outputs.ts';
import { type OrdersRun, runOrders } from './run-orders.ts';

/** Runs `orders` without an embedded cloud. */
const runWithoutCloud = (...args: string[]): Promise<OrdersRun> => runOrders('/nonexistent', args);

describe('orders', () => {
  it('shows its commands and exit statuses with --help', async () => {
    const { exit, stdout } = await runWithoutCloud('--help');
    expect(exit).toBe(0);
    expect(stdout).toContain('inventory');
    expect(stdout).toContain('Exit status: 0 success');
  });

  it('shows the options of a command with orders help COMMAND', async () => {
    const { exit, stdout } = await runWithoutCloud('help', 'inventory');
    expect(exit).toBe(0);
    expect(stdout).toMatch(/--stage <name>.*--json.*--csv/s);
  });

  it('exits with 2 for an unknown command and suggests a similar one', async () => {
    const { exit, stdout, stderr } = await runWithoutCloud('inventroy');
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain("unknown command 'inventroy'");
    expect(stderr).toContain('inventory');
  });

  it('exits with 2 for an unknown option', async () => {
    const { exit, stderr } = await runWithoutCloud('inventory', '--cvs');
    expect(exit).toBe(2);
    expect(stderr).toContain("unknown option '--cvs'");
  });

  it.each([
    [['report', '--by', 'week'], '--by: must be product, hour, day or customer, received "week"'],
    [
      ['report', '--from', '2026-11-02', '--to', '2026-11-01'],
      '--from: must be before --to, which is 2026-11-01T00:00:00.000Z, received 2026-11-02T00:00:00.000Z',
    ],
    [
      ['report', '--by', 'day', '--limit', '5'],
      '--limit: applies only to --by=product and --by=customer, received 5 with --by=day',
    ],
    [
      ['reconcile', '--to', 'tomorrow'],
      '--to: must be an ISO 8601 date or date-time, such as 2026-11-22 or 2026-11-22T10:00:00Z, received "tomorrow"',
    ],
  ])('exits with 2 and names the option for orders %j', async (args, message) => {
    const { exit, stderr } = await runWithoutCloud(...args);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: `orders: ${message}\n` });
  });

  it('exits with 3 and says what to do if the embedded cloud is not running', async () => {
    const { exit, stdout, stderr } = await runWithoutCloud('inventory');
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' });
    expect(stderr).toMatch(
      /^orders: the embedded cloud is not running .*start it with npm start.*--stage\n$/,
    );
  });

  it('prints errors as JSON on stderr with --json', async () => {
    const { exit, stdout, stderr } = await runWithoutCloud('inventory', '--json');
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'unavailable', message: expect.stringContaining('not running') },
    });
  });
});

describe('orders --stage', () => {
  const outputs: Record<string, string> = {
    ...queueOutputs(
      (name) => `https://sqs.us-east-1.amazonaws.com/123456789012/order-pipeline-dev-${name}-queue`,
      PERMANENT_QUEUES,
    ),
    OrderEventsTopicArn: 'arn:aws:sns:us-east-1:123456789012:order-pipeline-dev-order-events',
    UploadBucketName: 'order-pipeline-dev-uploads-123456789012-us-east-1',
    ResultsBucketName: 'order-pipeline-dev-results-123456789012-us-east-1',
    LedgerTableName: 'order-pipeline-dev-ledger',
  };
  const stacks: Record<string, Record<string, string>> = {
    'order-pipeline-dev': outputs,
    'order-pipeline-odd': { ...outputs, OrderQueueUrl: 'queue', LedgerTableName: '' },
  };
  const asked: URLSearchParams[] = [];
  /** A stand-in for CloudFormation that answers `DescribeStacks`. */
  const cloudFormation = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    asked.push(form);
    const stack = stacks[form.get('StackName') ?? ''];
    response.setHeader('content-type', 'text/xml');
    if (!stack) {
      response.statusCode = 400;
      const error = `<Code>ValidationError</Code><Message>Stack with id ${form.get('StackName')} does not exist</Message>`;
      response.end(`<ErrorResponse><Error><Type>Sender</Type>${error}</Error></ErrorResponse>`);
      return;
    }
    const members = Object.entries(stack).map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    );
    response.end(
      `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>s</StackName><CreationTime>2026-11-27T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    );
  });
  let orders: typeof runWithoutCloud;
  beforeAll(async () => {
    await new Promise<void>((done) => cloudFormation.listen(0, '127.0.0.1', done));
    const { port } = cloudFormation.address() as AddressInfo;
    const env = {
      AWS_ENDPOINT_URL_CLOUDFORMATION: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
    };
    orders = (...args) => runOrders('/nonexistent', args, { env });
  });
  afterAll(() => new Promise((done) => cloudFormation.close(done)));

  it("reads the outputs of the stage's stack", async () => {
    const { exit, stderr } = await orders('inventory', '--stage', 'dev');
    expect(asked.at(-1)?.get('Action')).toBe('DescribeStacks');
    expect(asked.at(-1)?.get('StackName')).toBe('order-pipeline-dev');
    // A part without outputs is disabled.
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: 'orders: inventory: shipping is disabled in stage dev\n',
    });
  });

  it('exits with 2 for a stage that is not deployed', async () => {
    const { exit, stderr } = await orders('inventory', '--stage', 'nope', '--region', 'eu-west-1');
    expect(exit).toBe(2);
    expect(stderr).toMatch(/^orders: --stage: must be a deployed stage, received nope \(.*does not exist/);
  });

  it('exits with 2 and says how to set the region if there is none', async () => {
    const noFile = '/nonexistent';
    const env = { AWS_REGION: undefined, AWS_CONFIG_FILE: noFile, AWS_SHARED_CREDENTIALS_FILE: noFile };
    const { exit, stderr } = await runOrders('/nonexistent', ['inventory', '--stage', 'dev'], { env });
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: 'orders: --region: no region is set: pass --region NAME, or set AWS_REGION\n',
    });
  });

  it('names each stack output that is invalid', async () => {
    const { exit, stderr } = await orders('inventory', '--stage', 'odd');
    expect(exit).toBe(1);
    expect(stderr).toBe(
      'orders: stack outputs: OrderQueueUrl: must be a URL, received "queue"; LedgerTableName: must be a name of at least 3 characters, received ""\n',
    );
  });
});
