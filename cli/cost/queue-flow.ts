import type { QueueRow } from '../../topology.ts';
import { type Demand, meanRate } from './demand.ts';
import { invokeMs, RECEIVE_SECONDS, RECORD_BYTES } from './measured.ts';
import { type Consumer, loads, orderConsumers, type Settings } from './read-settings.ts';

/** How batches are made of a queue's messages. */
export type Batching =
  /** Of what arrives at the mean rate. */
  | 'mean'
  /** Always full, as while there is a backlog. */
  | 'full';

/** What happens between a queue and its function. Requests and invocations are per order. */
export interface QueueFlow {
  /** Lambda's pollers, each of which has one batch in hand. */
  pollers: number;
  ordersPerBatch: number;
  ordersPerReceive: number;
  invocations: number;
  receives: number;
  /** Receives that find nothing. */
  emptyReceives: number;
  deletes: number;
}

/**
 * A mapping starts with five batches at once, and comes back to them when traffic is low; with a maximum concurrency it
 * does not go below. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
const FIRST_POLLERS = 5;
/** Messages of one ReceiveMessage or DeleteMessageBatch. */
export const SQS_ENTRIES = 10;
/** An invocation's payload: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD_BYTES = 6 * 1_048_576;

export const pollersOf = ({ maximumConcurrency }: Consumer): number =>
  Math.min(FIRST_POLLERS, maximumConcurrency);

/** Most orders of a batch: the mapping's batch size, or what fits into a payload. */
export const fullBatch = ({ batchSize }: Consumer): number =>
  Math.min(batchSize, Math.floor(MAX_PAYLOAD_BYTES / RECORD_BYTES));

/** Requests that `orders` take where one takes `entries` of them. */
export const requestsFor = (orders: number, entries: number): number => Math.ceil(orders / entries);

/**
 * How a queue's messages are received, batched and deleted.
 *
 * @param rate orders a second, above 0
 * @param invokeSeconds of a batch of that many orders
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
  // A window opens with a batch's first message.
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
 * While a poller waits for a batch's first message, each long poll in which none arrives is one that finds nothing: with
 * arrivals at random, 1 / (e^(rate × seconds) − 1) of them. A batch that its window ends has waited in vain once more.
 */
function emptyReceivesPerBatch(
  { pollSeconds, windowSeconds }: Consumer,
  share: number,
  endedByWindow: boolean,
): number {
  const waiting = 1 / Math.expm1(share * pollSeconds);
  return waiting + (endedByWindow && windowSeconds > 0 ? 1 : 0);
}

/** How orders go through the pipeline. */
export type Manner =
  /** In the batches that the mean rate makes. */
  | 'mean'
  /** In full batches, as while there is a backlog. */
  | 'full'
  /** One at a time from the client to the shipment; sales go on in batches, since a warehouse cannot load one by one. */
  | 'single';

/** A queue that every order passes, and what happens between it and its consumer. */
export interface Hop {
  /** Of the function. */
  name: string;
  queue: QueueRow;
  consumer: Consumer;
  flow: QueueFlow;
}

/** Returns the hops in the order that orders take. */
export const hopsOf = (settings: Settings, demand: Demand, manner: Manner): Hop[] =>
  orderConsumers(settings).map((consumer) => {
    const { queue, memoryMb } = consumer;
    const name = queue.consumer;
    const isAlone = manner === 'single' && !loads(queue);
    const flow = flowOf(
      isAlone ? { ...consumer, batchSize: 1, windowSeconds: 0 } : consumer,
      meanRate(demand),
      (orders) => invokeMs(name, memoryMb, orders, demand.known) / 1_000,
      manner === 'full' ? 'full' : 'mean',
    );
    return { name, queue, consumer, flow };
  });
