import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FunctionLog } from '../../local/lambda/function-log.ts';
import { startFunctions } from '../../local/lambda/start-functions.ts';
import { locateQueue, readStack } from '../../local/stack/read-stack.ts';
import { skipPauses } from '../skip-pauses.ts';
import { createTestDirectory } from './create-test-directory.ts';
import { guardThreads } from './guard-threads.ts';
import { startTestServices } from './start-test-services.ts';
import { writeFunction } from './write-function.ts';

guardThreads();

const QUEUE = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } };

/** Starts the function `greet` with these events, in a stack with one queue. */
async function start(source: string, events: object[] = []) {
  const cloud = await startTestServices();
  const queueUrl = await cloud.createQueue('orders');
  const configuration = {
    service: 'shop',
    custom: {},
    provider: {},
    functions: { greet: { handler: 'greet.handler', events } },
    resources: [{ Resources: { Orders: QUEUE } }],
  };
  const log = new FunctionLog(join(await createTestDirectory(), 'functions.log'));
  onTestFinished(() => log.close());
  const write = vi.spyOn(log, 'write');
  const { code } = await writeFunction(source);
  const stack = readStack(configuration, cloud.services.endpoint);
  const open = () => {
    const functions = startFunctions({
      stack,
      code: new Map([['greet', code]]),
      prefix: 'shop-local-',
      readQueue: cloud.services.readQueue,
      log,
    });
    onTestFinished(() => functions.stop());
    return functions;
  };
  const send = (MessageBody: string) =>
    cloud.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
  return { open, send, receive: () => cloud.receive(queueUrl, 1), lines: () => write.mock.calls };
}

const sqsEvent = { sqs: { arn: locateQueue('orders', '').arn } };
const patient = { timeout: 15_000, interval: 20 };

test('a function is found by its names in serverless.yml and on AWS, and its context has the name on AWS', async () => {
  const { open } = await start(
    'export const handler = (event, { functionName }) => functionName + event.end;',
  );
  const { find } = open();
  for (const name of ['greet', 'shop-local-greet']) {
    expect(await find(name)?.('{"end":"!"}')).toEqual({ payload: '"shop-local-greet!"' });
  }
  expect(find('shop-local-part')).toBeUndefined();
});

test("a function receives its queue's messages after events have started, and its output is logged under its name", async () => {
  const { open, send, receive, lines } = await start(
    'export const handler = ({ Records }) => console.log(Records[0].body);',
    [sqsEvent],
  );
  const { find, startEvents } = open();
  await send('hello');
  await find('greet')?.('{"Records":[{"body":"before"}]}');
  await vi.waitFor(() => expect(lines()).toEqual([['greet', 'before']]), patient);
  startEvents();
  await vi.waitFor(() => expect(lines().at(-1)).toEqual(['greet', 'hello']), patient);
  expect(await receive()).toEqual([]);
});

test('a disabled mapping leaves messages in its queue', async () => {
  const { open, send, receive, lines } = await start(
    'export const handler = ({ Records }) => console.log(Records[0].body);',
    [{ sqs: { ...sqsEvent.sqs, enabled: false } }],
  );
  const { find, startEvents } = open();
  startEvents();
  await send('hello');
  await find('greet')?.('{"Records":[{"body":"by hand"}]}');
  expect(await receive()).toMatchObject([{ Body: 'hello' }]);
  await vi.waitFor(() => expect(lines()).toEqual([['greet', 'by hand']]), patient);
});

test("an enabled schedule invokes its function with its input or with EventBridge's event", async () => {
  const rate = 'rate(1 minute)';
  const { open, lines } = await start(
    'export const handler = (event) => console.log(JSON.stringify(event));',
    [
      { schedule: { rate } },
      { schedule: { rate: [rate], input: { count: 3 } } },
      { schedule: { rate, enabled: false, input: 'disabled' } },
    ],
  );
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  open().startEvents();
  vi.advanceTimersByTime(60_000);
  await vi.waitFor(() => expect(lines()).toHaveLength(2), patient);
  const events = lines().map(([, line]) => JSON.parse(line));
  expect(events).toContainEqual({ count: 3 });
  expect(events).toContainEqual(expect.objectContaining({ 'detail-type': 'Scheduled Event' }));
});

test('an unsupported event is refused at the start, with function and reason', async () => {
  const { open } = await start('export const handler = () => {};', [
    sqsEvent,
    { sqs: { arn: locateQueue('payments', '').arn } },
  ]);
  expect(open).toThrow(
    'function greet: the queue of its event is not in the stack, received arn:aws:sqs:us-east-1:000000000000:payments',
  );
});

test('a stop lets a batch in flight end, and deletes its messages', async () => {
  const { open, send, receive, lines } = await start(
    `export async function handler() {
      console.log('working');
      await new Promise((resolve) => setTimeout(resolve, 100));
      console.log('done');
    }`,
    [sqsEvent],
  );
  const { startEvents, stop } = open();
  startEvents();
  await send('hello');
  await vi.waitFor(() => expect(lines()).toEqual([['greet', 'working']]), patient);
  // The time limit for the batch never expires.
  skipPauses(() => new Promise(() => undefined));
  await stop();
  expect(lines()).toEqual([
    ['greet', 'working'],
    ['greet', 'done'],
  ]);
  expect(await receive()).toEqual([]);
});

test('a stop terminates a function that does not end within three seconds', async () => {
  const { open, send, lines } = await start(
    "export const handler = () => { console.log('working'); while (true); };",
    [sqsEvent],
  );
  const { startEvents, stop } = open();
  startEvents();
  await send('hello');
  await vi.waitFor(() => expect(lines()).toEqual([['greet', 'working']]), patient);
  const pauses = skipPauses();
  await stop();
  expect(pauses).toEqual([3_000]);
  expect(lines().at(-1)?.[1]).toContain('batch of 1 failed: function error');
});
