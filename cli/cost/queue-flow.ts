import type { QueueRow } from '../../topology.ts';
import { type Demand, meanRate } from './demand.ts';
import { invokeMs, RECEIVE_SECONDS, RECORD_BYTES } from './measured.ts';
import { type Consumer, loads, orderConsumers, type Settings } from './read-settings.ts';

/** The way in which Lambda batches a queue's messages. */
export type Batching =
  /** Batches of the size that forms at the mean rate. */
  | 'mean'
  /** Always full batches, as while a backlog is drained. */
  | 'full';

/** Requests between a queue and its function. Counts are per order. */
export interface QueueFlow {
  /** Lambda's pollers, each of which processes one batch at a time. */
  pollers: number;
  ordersPerBatch: number;
  ordersPerReceive: number;
  invocations: number;
  receives: number;
  /** Receives that return no message. */
  emptyReceives: number;
  deletes: number;
}

/**
 * A mapping starts with five concurrent batches and scales back to five when traffic is low, or to its maximum concurrency if
 * that is lower. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
const FIRST_POLLERS = 5;
/** Maximum number of messages of one ReceiveMessage or DeleteMessageBatch. */
export const SQS_ENTRIES = 10;
/** Maximum payload of an invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD_BYTES = 6 * 1_048_576;

export const pollersOf = ({ maximumConcurrency }: Consumer): number =>
  Math.min(FIRST_POLLERS, maximumConcurrency);

/** Returns the maximum number of orders of a batch: the mapping's batch size, or what fits into a payload. */
export const fullBatch = ({ batchSize }: Consumer): number =>
  Math.min(batchSize, Math.floor(MAX_PAYLOAD_BYTES / RECORD_BYTES));

/** Returns the number of requests for `orders`, with up to `entries` per request. */
export const requestsFor = (orders: number, entries: number): number => Math.ceil(orders / entries);

/**
 * Computes how a queue's messages are received, batched and deleted.
 *
 * @param rate Orders a second, above 0.
 * @param invokeSeconds Returns the duration of a batch of that many orders.
 */
export function flowOf(
  consumer: Consumer,
  rate: number,
  invokeSeconds: (orders: number) => number,
  batching: Batching,
): QueueFlow {
  const full = fullBatch(consumer);
  const needed = Math.ceil((rate * invokeSeconds(full)) / full);
  const pollers = Math.min(consumer.maximumConcurrency, Math.max(pollersOf(consumer), needed));
  const share = rate / pollers;
  const mostReceived = Math.min(SQS_ENTRIES, full);

  const ordersPerReceive =
    batching === 'full' ? mostReceived : Math.min(mostReceived, 1 + share * RECEIVE_SECONDS);
  // The batching window starts with the first message.
  const ordersPerBatch =
    batching === 'full' ? full : Math.min(full, ordersPerReceive + share * consumer.windowSeconds);
  return {
    pollers,
    ordersPerBatch,
    ordersPerReceive,
    invocations: 1 / ordersPerBatch,
    receives: 1 / ordersPerReceive,
    emptyReceives:
      batching === 'full'
        ? 0
        : emptyReceivesPerBatch(consumer, share, ordersPerBatch < full) / ordersPerBatch,
    deletes: requestsFor(ordersPerBatch, SQS_ENTRIES) / ordersPerBatch,
  };
}

/**
 * Returns the number of empty receives per batch. While a poller waits for the first message, 1 / (e^(rate × seconds) − 1) long
 * polls are empty if messages arrive at random. If the window ends before the batch is full, one more receive is empty.
 */
function emptyReceivesPerBatch(
  { pollSeconds, windowSeconds }: Consumer,
  share: number,
  endedByWindow: boolean,
): number {
  const waiting = 1 / Math.expm1(share * pollSeconds);
  return waiting + (endedByWindow && windowSeconds > 0 ? 1 : 0);
}

/** The way in which orders are batched. */
export type BatchScenario =
  /** Batches as they form at the mean rate. */
  | 'mean'
  /** Full batches, as while a backlog is drained. */
  | 'full'
  /** One at a time, except for sales, which a warehouse cannot load one by one. */
  | 'single';

/** A queue that every order passes through, with its consumer. */
export interface Hop {
  /** Name of the function. */
  name: string;
  queue: QueueRow;
  consumer: Consumer;
  flow: QueueFlow;
}

/** Returns the hops in the order in which orders pass through them. */
export const hopsOf = (settings: Settings, demand: Demand, scenario: BatchScenario): Hop[] =>
  orderConsumers(settings).map((consumer) => {
    const { queue, memoryMb } = consumer;
    const name = queue.consumer;
    const isAlone = scenario === 'single' && !loads(queue);
    const flow = flowOf(
      isAlone ? { ...consumer, batchSize: 1, windowSeconds: 0 } : consumer,
      meanRate(demand),
      (orders) => invokeMs(name, memoryMb, orders, demand.known) / 1_000,
      scenario === 'full' ? 'full' : 'mean',
    );
    return { name, queue, consumer, flow };
  });
