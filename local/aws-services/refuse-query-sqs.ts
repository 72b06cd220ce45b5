import type { FauxqsApp, QueryForm } from './fauxqs.ts';

/** SQS actions without a QueueUrl. A QueueUrl identifies all other SQS actions. */
const WITHOUT_QUEUE_URL = new Set(['CreateQueue', 'GetQueueUrl', 'ListQueues']);

const ANSWER = `<ErrorResponse><Error><Type>Sender</Type><Code>UnsupportedProtocol</Code><Message>SQS: the embedded cloud supports only the JSON protocol, received a request of the query protocol. Update the client: boto3 1.28.84, AWS CLI 1.29.84 or 2.13.34, or any SDK since November 2023.</Message></Error></ErrorResponse>`;

/** Refuses SQS's old query protocol, which fauxqs supports for SNS only, with a message for users of old clients. */
export function refuseQuerySqs(app: FauxqsApp): void {
  app.addHook('preHandler', (request, reply, done) => {
    const isForm = request.headers['content-type']?.includes('x-www-form-urlencoded');
    const { Action = '', QueueUrl } = (isForm && (request.body as Partial<QueryForm> | null)) || {};
    if (QueueUrl === undefined && !WITHOUT_QUEUE_URL.has(Action)) return done();
    reply.code(400).type('text/xml').send(ANSWER);
  });
}
