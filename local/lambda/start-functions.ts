import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Stack } from '../stack/read-stack.ts';
import type { FunctionProperties, ScheduleProperties, SqsEventProperties } from '../stack/stack-schema.ts';
import type { FunctionCode } from './bundle-functions.ts';
import { EventSourceMapping, type MappingOptions } from './event-source-mapping.ts';
import type { InvokeResult } from './execution-environment.ts';
import type { FunctionLog } from './function-log.ts';
import { FunctionRuntime } from './function-runtime.ts';
import { createSchedule, type Schedule } from './schedule.ts';

/** Invocations at once of a function, where no mapping asks for more: as many as a laptop bears. */
const DEFAULT_CONCURRENCY = 10;
/** Ms that batches in hand get to end by themselves when the functions stop. */
const GRACE_MS = 3_000;

/** Runs one function: JSON of the event in, JSON of the answer out. */
export type Invoke = (payload: string) => Promise<InvokeResult>;

/** The functions of the stack: ready to be invoked, and then, their queues polled and their schedules running. */
export interface Functions {
  /** @param name as in serverless.yml, or as on AWS */
  find(name: string): Invoke | undefined;
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
  const runtimes: FunctionRuntime[] = [];
  const invokeByName = new Map<string, Invoke>();
  const mappingOptions: MappingOptions[] = [];
  const schedules: Schedule[] = [];
  let mappings: EventSourceMapping[] = [];
  for (const [name, properties] of stack.functions) create(name, properties);

  function create(name: string, properties: FunctionProperties): void {
    const runtime = createRuntime(name, properties);
    const invoke: Invoke = (payload) => runtime.invoke(payload);
    runtimes.push(runtime);
    invokeByName.set(name, invoke);
    for (const event of properties.events) {
      if ('sqs' in event && event.sqs.enabled) mappingOptions.push(toMappingOptions(name, event.sqs, invoke));
      if ('schedule' in event && event.schedule.enabled) addSchedules(event.schedule, invoke);
    }
  }

  function createRuntime(name: string, { events, ...properties }: FunctionProperties): FunctionRuntime {
    const functionCode = code.get(name);
    if (!functionCode) throw new Error(`function ${name}: has not been bundled`);
    const concurrency = events.map((event) => ('sqs' in event && event.sqs.maximumConcurrency) || 0);
    return new FunctionRuntime(
      { ...properties, name: `${prefix}${name}`, code: functionCode },
      Math.max(DEFAULT_CONCURRENCY, ...concurrency),
      (line) => log.write(name, line),
    );
  }

  function toMappingOptions(name: string, event: SqsEventProperties, invoke: Invoke): MappingOptions {
    const queue = stack.queues.find(({ arn }) => arn === event.arn);
    if (!queue) throw new Error(`function ${name}: the queue ${event.arn} of its event is not in the stack`);
    return {
      queueUrl: queue.url,
      queueArn: queue.arn,
      batchSize: event.batchSize,
      batchingWindow: event.maximumBatchingWindow,
      maximumConcurrency: event.maximumConcurrency ?? DEFAULT_CONCURRENCY,
      reportsItemFailures: event.functionResponseType === 'ReportBatchItemFailures',
      invoke,
      onTrouble: (trouble) => log.writeTrouble(name, trouble),
    };
  }

  function addSchedules({ rate, input }: ScheduleProperties, invoke: Invoke): void {
    const task = () => void invoke(JSON.stringify(input ?? scheduledEvent()));
    for (const expression of [rate].flat()) schedules.push(createSchedule(expression, task));
  }

  function startEvents(): void {
    for (const schedule of schedules) schedule.start();
    mappings = mappingOptions.map((options) => new EventSourceMapping(sqs, options));
  }

  async function stop(): Promise<void> {
    for (const schedule of schedules) schedule.stop();
    const drained = Promise.all(mappings.map((mapping) => mapping.stop()));
    await Promise.race([drained, sleep(GRACE_MS, undefined, { ref: false })]);
    await Promise.all(runtimes.map((runtime) => runtime.stop()));
    await drained;
  }

  return {
    find: (name) => invokeByName.get(name.startsWith(prefix) ? name.slice(prefix.length) : name),
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
