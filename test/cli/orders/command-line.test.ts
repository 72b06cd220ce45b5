import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    OrderQueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/order-pipeline-dev-order-queue',
    OrderQueueDLQUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/order-pipeline-dev-order-queue-dlq',
    UploadQueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/order-pipeline-dev-upload-queue',
    UploadQueueDLQUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/order-pipeline-dev-upload-queue-dlq',
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

  it('names each stack output that is invalid', async () => {
    const { exit, stderr } = await orders('inventory', '--stage', 'odd');
    expect(exit).toBe(1);
    expect(stderr).toBe(
      'orders: stack outputs: OrderQueueUrl: must be a URL, received "queue"; LedgerTableName: must be a name of at least 3 characters, received ""\n',
    );
  });
});
