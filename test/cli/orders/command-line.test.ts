import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrdersRun, runOrders } from './run-orders.ts';

const nowhere = (...args: string[]): Promise<OrdersRun> => runOrders('/nonexistent', args);

describe('orders', () => {
  it('shows its commands and exit statuses', async () => {
    const { exit, stdout } = await nowhere('--help');
    expect(exit).toBe(0);
    expect(stdout).toContain('inventory');
    expect(stdout).toContain('Exit status: 0 done');
  });

  it('shows the options of a command', async () => {
    const { exit, stdout } = await nowhere('help', 'inventory');
    expect(exit).toBe(0);
    expect(stdout).toMatch(/--stage <name>.*--json.*--csv/s);
  });

  it('ends with 2 for a command that it does not know, and suggests one', async () => {
    const { exit, stdout, stderr } = await nowhere('inventroy');
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain("unknown command 'inventroy'");
    expect(stderr).toContain('inventory');
  });

  it('ends with 2 for an option that the command does not know', async () => {
    const { exit, stderr } = await nowhere('inventory', '--cvs');
    expect(exit).toBe(2);
    expect(stderr).toContain("unknown option '--cvs'");
  });

  it('ends with 3 where the embedded cloud is not running, and says what to do', async () => {
    const { exit, stdout, stderr } = await nowhere('inventory');
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' });
    expect(stderr).toMatch(
      /^orders: the embedded cloud is not running .*start it with npm start.*--stage\n$/,
    );
  });

  it('tells errors as JSON where the answer would be', async () => {
    const { exit, stdout, stderr } = await nowhere('inventory', '--json');
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
  /** CloudFormation, as far as `DescribeStacks` goes. */
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
  let orders: typeof nowhere;
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

  it('looks up the outputs of the stage’s stack', async () => {
    const { exit, stderr } = await orders('inventory', '--stage', 'dev');
    expect(asked.at(-1)?.get('Action')).toBe('DescribeStacks');
    expect(asked.at(-1)?.get('StackName')).toBe('order-pipeline-dev');
    // What is not among the outputs is off.
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: 'orders: inventory: shipping is off in stage dev\n',
    });
  });

  it('ends with 2 for a stage that is not deployed', async () => {
    const { exit, stderr } = await orders('inventory', '--stage', 'nope', '--region', 'eu-west-1');
    expect(exit).toBe(2);
    expect(stderr).toMatch(/^orders: --stage: must be a deployed stage, received nope \(.*does not exist/);
  });

  it('names each output that is not as it should be', async () => {
    const { exit, stderr } = await orders('inventory', '--stage', 'odd');
    expect(exit).toBe(1);
    expect(stderr).toBe(
      'orders: stack outputs: OrderQueueUrl: must be a URL, received "queue"; LedgerTableName: must be a name of at least 3 characters, received ""\n',
    );
  });
});
