import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { InspectedFunction } from '../../operations/status/inspection.ts';
import type { Stack } from '../stack/read-stack.ts';
import type { FunctionProperties, ScheduleProperties, SqsEventProperties } from '../stack/stack-schema.ts';
import type { FunctionCode } from './bundle-functions.ts';
import type { InvokeResult } from './execution-environment.ts';
import type { FunctionLog } from './function-log.ts';
import { FunctionRuntime } from './function-runtime.ts';
import { createMappings, DEFAULT_CONCURRENCY, type Mapping, type Mappings } from './mappings.ts';
import { createSchedule, type Schedule } from './schedule.ts';

/** Ms that batches in hand get to end by themselves when the functions stop. */
const GRACE_MS = 3_000;

/** Runs one function: JSON of the event in, JSON of the answer out. */
export type Invoke = (payload: string) => Promise<InvokeResult>;

/** The functions of the stack: ready to be invoked, and then, their queues polled and their schedules running. */
export interface Functions {
  /** @param name as in serverless.yml, or as on AWS */
  find(name: string): Invoke | undefined;
  /** What polls queues for them. */
  mappings: Pick<Mappings, 'list' | 'update'>;
  /** What each has done since the start, by its name in serverless.yml. */
  counts(): Record<string, InspectedFunction>;
  /** Lets events invoke the functions, from now on. To be called once. */
  startEvents(): void;
  /** Takes no more work, lets batches in hand end for 3 s, then ends every thread. */
  stop(): Promise<void>;
}

/** What the functions run on. */
export interface FunctionSurroundings {
  stack: Pick<Stack, 'functions' | 'queues'>;
  code: ReadonlyMap<string, FunctionCode>;
  /** Goes before a function's name on AWS: `SERVICE-STAGE-`. */
  prefix: string;
  sqs: SQSClient;
  log: FunctionLog;
}

/**
 * Starts what runs the functions; nothing runs before the first invocation.
 *
 * @throws Error for an event that the embedded cloud cannot embody
 */
export function startFunctions({ stack, code, prefix, sqs, log }: FunctionSurroundings): Functions {
  const runtimes = new Map<string, FunctionRuntime>();
  const schedules: Schedule[] = [];
  const mappings = createMappings(sqs);
  for (const [name, properties] of stack.functions) create(name, properties);

  function create(name: string, properties: FunctionProperties): void {
    const runtime = createRuntime(name, properties);
    const invoke: Invoke = (payload) => runtime.invoke(payload);
    runtimes.set(name, runtime);
    for (const event of properties.events) {
      if ('sqs' in event) mappings.add(toMapping(name, event.sqs, runtime));
      if ('schedule' in event && event.schedule.enabled) addSchedules(event.schedule, invoke);
    }
  }

  function createRuntime(name: string, properties: FunctionProperties): FunctionRuntime {
    const functionCode = code.get(name);
    if (!functionCode) throw new Error(`function ${name}: has not been bundled`);
    const { timeout, memorySize, environment } = properties;
    return new FunctionRuntime(
      { timeout, memorySize, environment, name: `${prefix}${name}`, code: functionCode },
      DEFAULT_CONCURRENCY,
      (line) => log.write(name, line),
    );
  }

  function toMapping(name: string, event: SqsEventProperties, runtime: FunctionRuntime): Mapping {
    const queue = stack.queues.find(({ arn }) => arn === event.arn);
    if (!queue) throw new Error(`function ${name}: the queue ${event.arn} of its event is not in the stack`);
    return {
      functionName: `${prefix}${name}`,
      enabled: event.enabled,
      maximumConcurrency: event.maximumConcurrency,
      queueUrl: queue.url,
      queueArn: queue.arn,
      batchSize: event.batchSize,
      batchingWindow: event.maximumBatchingWindow,
      reportsItemFailures: event.functionResponseType === 'ReportBatchItemFailures',
      invoke: (payload) => runtime.invoke(payload),
      onTrouble: (trouble) => log.writeTrouble(name, trouble),
      // Besides what the queue asks for there are invocations by hand.
      onConcurrency: (concurrency) => runtime.limitTo(Math.max(DEFAULT_CONCURRENCY, concurrency)),
    };
  }

  function addSchedules({ rate, input }: ScheduleProperties, invoke: Invoke): void {
    const task = () => void invoke(JSON.stringify(input ?? scheduledEvent()));
    for (const expression of [rate].flat()) schedules.push(createSchedule(expression, task));
  }

  function startEvents(): void {
    for (const schedule of schedules) schedule.start();
    mappings.start();
  }

  async function stop(): Promise<void> {
    for (const schedule of schedules) schedule.stop();
    const drained = mappings.stop();
    await Promise.race([drained, sleep(GRACE_MS, undefined, { ref: false })]);
    await Promise.all(Array.from(runtimes.values(), (runtime) => runtime.stop()));
    await drained;
  }

  return {
    find(name) {
      const runtime = runtimes.get(name.startsWith(prefix) ? name.slice(prefix.length) : name);
      return runtime && ((payload) => runtime.invoke(payload));
    },
    mappings,
    counts: () =>
      Object.fromEntries(Array.from(runtimes, ([name, runtime]) => [name, runtime.counts()] as const)),
    startEvents,
    stop,
  };
}

/** What EventBridge sends where no input is set: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events.html */
const scheduledEvent = () => ({
  source: 'aws.events',
  'detail-type': 'Scheduled Event',
  time: new Date().toISOString(),
  detail: {},
});
