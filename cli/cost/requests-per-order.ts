import type { Demand } from './demand.ts';
import type { PriceName } from './prices.ts';
import { type BatchScenario, type Hop, type QueueFlow, requestsFor, SQS_ENTRIES } from './queue-flow.ts';
import { confirms } from './read-settings.ts';

/** Requests of one kind, per order. */
export interface OrderRequests {
  /** The function that sends them, or that they are sent for. */
  hop: string;
  request: string;
  perOrder: number;
  /** Absent if the requests are free or charged in another way. */
  price?: PriceName;
}

/** Maximum number of messages of one PublishBatch: https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
const SNS_ENTRIES = 10;
/**
 * Maximum number of statements or items of one DynamoDB request, as `lib/aws/ledger.ts` sends them:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
const TABLE_ENTRIES = 25;

/**
 * Lists the requests of an order from intake to storage. SQS and SNS charge one request per 64 KB. No batch is larger: ten
 * orders have 2.5 KB, ten publishes 8 KB.
 */
export const requestsPerOrder = (
  hops: readonly Hop[],
  { via }: Demand,
  scenario: BatchScenario,
): OrderRequests[] => [
  ...(via === 'http' ? overHttp() : bySender(scenario)),
  ...hops.flatMap((hop) => [
    ...(hop.queue.topic ? [delivering(hop)] : []),
    ...receiving(hop),
    ...(confirms(hop.queue) ? confirming(hop, scenario) : storing(hop, scenario)),
    deleting(hop),
  ]),
];

const overHttp = (): OrderRequests[] => [
  { hop: 'intake', request: 'POST /orders', perOrder: 1, price: 'httpApiRequest' },
  { hop: 'intake', request: 'invocation', perOrder: 1, price: 'lambdaRequest' },
  { hop: 'intake', request: 'SendMessageBatch', perOrder: 1, price: 'sqsRequest' },
];

const bySender = (scenario: BatchScenario): OrderRequests[] => [
  {
    hop: 'intake',
    request: 'SendMessageBatch',
    perOrder: scenario === 'single' ? 1 : 1 / SQS_ENTRIES,
    price: 'sqsRequest',
  },
];

const delivering = ({ name: hop }: Hop): OrderRequests => ({ hop, request: 'delivery by SNS', perOrder: 1 });

const receiving = ({ name: hop, flow }: Hop): OrderRequests[] => [
  { hop, request: 'ReceiveMessage', perOrder: flow.receives, price: 'sqsRequest' },
  { hop, request: 'ReceiveMessage, empty', perOrder: flow.emptyReceives, price: 'sqsRequest' },
  { hop, request: 'invocation', perOrder: flow.invocations, price: 'lambdaRequest' },
];

const deleting = ({ name: hop, flow }: Hop): OrderRequests => ({
  hop,
  request: 'DeleteMessageBatch',
  perOrder: flow.deletes,
  price: 'sqsRequest',
});

const perBatch = ({ ordersPerBatch }: QueueFlow, entries: number): number =>
  requestsFor(ordersPerBatch, entries) / ordersPerBatch;

function confirming({ name: hop, flow }: Hop, scenario: BatchScenario): OrderRequests[] {
  const [claim, mark, publish] =
    scenario === 'single'
      ? ['PutItem, conditional', 'UpdateItem', 'Publish']
      : ['BatchExecuteStatement', 'BatchWriteItem', 'PublishBatch'];
  return [
    { hop, request: `claim: ${claim}`, perOrder: perBatch(flow, TABLE_ENTRIES) },
    { hop, request: `publish: ${publish}`, perOrder: perBatch(flow, SNS_ENTRIES), price: 'snsPublish' },
    { hop, request: `mark: ${mark}`, perOrder: perBatch(flow, TABLE_ENTRIES) },
  ];
}

function storing({ name: hop, queue, flow }: Hop, scenario: BatchScenario): OrderRequests[] {
  const { invocations } = flow;
  switch (queue.stores?.in) {
    case undefined:
      return [];
    case 'shippingDatabase':
      return [{ hop, request: 'fulfill: ExecuteStatement', perOrder: invocations, price: 'auroraDataApi' }];
    case 'salesDatabase':
      return [
        { hop, request: 'stage: PutObject', perOrder: invocations, price: 's3Put' },
        { hop, request: 'load: BatchExecuteStatement', perOrder: invocations },
        { hop, request: 'COPY: GetObject', perOrder: invocations, price: 's3Get' },
      ];
    default: {
      const request = scenario === 'single' ? 'store: PutItem' : 'store: BatchWriteItem';
      return [{ hop, request, perOrder: perBatch(flow, TABLE_ENTRIES) }];
    }
  }
}
