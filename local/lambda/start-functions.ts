import { setTimeout as sleep } from 'node:timers/promises';
import type { InspectedFunction } from '../../operations/status/inspection.ts';
import type { Principal } from '../iam/access.ts';
import type { Stack } from '../stack/read-stack.ts';
import type { FunctionProperties, ScheduleProperties, SqsEventProperties } from '../stack/stack-schema.ts';
import type { FunctionCode } from './bundle-functions.ts';
import type { InvokeResult } from './execution-environment.ts';
import { type FunctionCredentials, withCredentials } from './function-credentials.ts';
import type { FunctionLog } from './function-log.ts';
import { FunctionRuntime } from './function-runtime.ts';
import { createMappings, DEFAULT_CONCURRENCY, type Mapping, type Mappings } from './mappings.ts';
import type { QueueReader } from './queue-reader.ts';
import { createSchedule, type Schedule } from './schedule.ts';

/** Milliseconds for batches in flight when the functions stop. */
const GRACE_MS = 3_000;

/** Invokes a function with the JSON of an event. */
export type Invoke = (payload: string) => Promise<InvokeResult>;

/** The functions of the stack, with their event source mappings and schedules. */
export interface Functions {
  /** @param name Name in serverless.yml or on AWS. */
  find(name: string): Invoke | undefined;
  /** The functions' event source mappings. */
  mappings: Pick<Mappings, 'list' | 'update'>;
  /** Returns each function's totals since the start, by its name in serverless.yml. */
  counts(): Record<string, InspectedFunction>;
  /** Starts to poll queues and run schedules. Call it once. */
  startEvents(): void;
  /** Stops polling, waits up to 3 s for batches in flight, then terminates every thread. */
  stop(): Promise<void>;
}

/** The stack, code and services that functions need. */
export interface FunctionResources {
  stack: Pick<Stack, 'functions' | 'queues'>;
  code: ReadonlyMap<string, FunctionCode>;
  /** Prefix of a function's name on AWS: `SERVICE-STAGE-`. */
  prefix: string;
  /** Returns the reader of a queue, by its name, with the rights of a role. Without a principal, nothing is checked. */
  readQueue: (queueName: string, principal?: Principal) => QueueReader;
  /** Credentials of functions, by their names in serverless.yml. Default: those of their environment. */
  credentials?: ReadonlyMap<string, FunctionCredentials>;
  log: FunctionLog;
}

/**
 * Creates the functions' runtimes, mappings and schedules. A function's first thread starts with its first invocation.
 *
 * @throws Error for an event that the embedded cloud does not support
 */
export function startFunctions({
  stack,
  code,
  prefix,
  readQueue,
  credentials = new Map(),
  log,
}: FunctionResources): Functions {
  const runtimes = new Map<string, FunctionRuntime>();
  const schedules: Schedule[] = [];
  const mappings = createMappings();
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
    if (!functionCode) throw new Error(`function ${name}: its code was not bundled`);
    const { timeout, memorySize } = properties;
    const own = credentials.get(name);
    const environment = own ? withCredentials(properties.environment, own) : properties.environment;
    return new FunctionRuntime(
      { timeout, memorySize, environment, name: `${prefix}${name}`, code: functionCode },
      DEFAULT_CONCURRENCY,
      (line) => log.write(name, line),
    );
  }

  function toMapping(name: string, event: SqsEventProperties, runtime: FunctionRuntime): Mapping {
    const queue = stack.queues.find(({ arn }) => arn === event.arn);
    if (!queue)
      throw new Error(`function ${name}: the queue of its event is not in the stack, received ${event.arn}`);
    return {
      functionName: `${prefix}${name}`,
      enabled: event.enabled,
      maximumConcurrency: event.maximumConcurrency,
      queueArn: queue.arn,
      reader: readQueue(queue.QueueName, credentials.get(name)?.principal),
      batchSize: event.batchSize,
      batchingWindow: event.maximumBatchingWindow,
      reportsItemFailures: event.functionResponseType === 'ReportBatchItemFailures',
      invoke: (payload) => runtime.invoke(payload),
      onError: (message) => log.writeError(name, message),
      // Functions are also invoked without a queue, so the limit is never below the default.
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

/**
 * Returns the event that EventBridge sends if no input is set:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events.html
 */
const scheduledEvent = () => ({
  source: 'aws.events',
  'detail-type': 'Scheduled Event',
  time: new Date().toISOString(),
  detail: {},
});
