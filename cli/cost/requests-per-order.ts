import type { Demand } from './demand.ts';
import type { FunctionName } from './measured.ts';
import type { PriceName } from './prices.ts';
import { type Flows, type Manner, type QueueFlow, requestsFor, SQS_ENTRIES } from './queue-flow.ts';

/** Requests of one kind that an order causes on its way. */
export interface OrderRequests {
  /** The function that makes them, or that they are made for. */
  hop: FunctionName;
  request: string;
  perOrder: number;
  /** Left out where requests cost nothing, or something else is charged. */
  price?: PriceName;
}

/** Messages of one PublishBatch: https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
const SNS_ENTRIES = 10;
/** Statements or items of one request, as `lib/aws/ledger.ts` cuts them. */
const LEDGER_ENTRIES = 25;

/**
 * Every request on the way of an order, in its order. None has more than 64 KB: ten orders have 2.5, ten publishes 8.
 * SQS and SNS charge a batch as one request for each 64 KB.
 */
export function requestsPerOrder(
  { consumer, fulfillment, analytics }: Flows,
  { via }: Demand,
  manner: Manner,
): OrderRequests[] {
  return [
    ...(via === 'http' ? overHttp() : bySender(manner)),
    ...receiving('consumer', consumer),
    ...confirming(consumer, manner),
    deleting('consumer', consumer),
    ...(fulfillment ? shipping(fulfillment) : []),
    ...(analytics ? selling(analytics) : []),
  ];
}

const overHttp = (): OrderRequests[] => [
  { hop: 'intake', request: 'POST /orders', perOrder: 1, price: 'httpApiRequest' },
  { hop: 'intake', request: 'invocation', perOrder: 1, price: 'lambdaRequest' },
  { hop: 'intake', request: 'SendMessageBatch', perOrder: 1, price: 'sqsRequest' },
];

const bySender = (manner: Manner): OrderRequests[] => [
  {
    hop: 'intake',
    request: 'SendMessageBatch',
    perOrder: manner === 'single' ? 1 : 1 / SQS_ENTRIES,
    price: 'sqsRequest',
  },
];

const receiving = (hop: FunctionName, flow: QueueFlow): OrderRequests[] => [
  { hop, request: 'ReceiveMessage', perOrder: flow.receives, price: 'sqsRequest' },
  { hop, request: 'ReceiveMessage, empty', perOrder: flow.emptyReceives, price: 'sqsRequest' },
  { hop, request: 'invocation', perOrder: flow.invocations, price: 'lambdaRequest' },
];

const deleting = (hop: FunctionName, { deletes }: QueueFlow): OrderRequests => ({
  hop,
  request: 'DeleteMessageBatch',
  perOrder: deletes,
  price: 'sqsRequest',
});

function confirming({ ordersPerBatch }: QueueFlow, manner: Manner): OrderRequests[] {
  const perBatch = (entries: number) => requestsFor(ordersPerBatch, entries) / ordersPerBatch;
  const [claim, mark, publish] =
    manner === 'single'
      ? ['PutItem, conditional', 'UpdateItem', 'Publish']
      : ['BatchExecuteStatement', 'BatchWriteItem', 'PublishBatch'];
  return [
    { hop: 'consumer', request: `claim: ${claim}`, perOrder: perBatch(LEDGER_ENTRIES) },
    { hop: 'consumer', request: `publish: ${publish}`, perOrder: perBatch(SNS_ENTRIES), price: 'snsPublish' },
    { hop: 'consumer', request: `mark: ${mark}`, perOrder: perBatch(LEDGER_ENTRIES) },
  ];
}

const shipping = (flow: QueueFlow): OrderRequests[] => [
  { hop: 'fulfillment', request: 'delivery by SNS', perOrder: 1 },
  ...receiving('fulfillment', flow),
  {
    hop: 'fulfillment',
    request: 'fulfil: ExecuteStatement',
    perOrder: flow.invocations,
    price: 'auroraDataApi',
  },
  deleting('fulfillment', flow),
];

const selling = (flow: QueueFlow): OrderRequests[] => [
  { hop: 'analytics', request: 'delivery by SNS', perOrder: 1 },
  ...receiving('analytics', flow),
  { hop: 'analytics', request: 'stage: PutObject', perOrder: flow.invocations, price: 's3Put' },
  { hop: 'analytics', request: 'load: BatchExecuteStatement', perOrder: flow.invocations },
  { hop: 'analytics', request: 'COPY: GetObject', perOrder: flow.invocations, price: 's3Get' },
  deleting('analytics', flow),
];
