import type { FauxqsApp, QueryForm } from './fauxqs.ts';

/** SQS actions without a QueueUrl, which tells all the others. */
const WITHOUT_QUEUE_URL = new Set(['CreateQueue', 'GetQueueUrl', 'ListQueues']);

const ANSWER = `<ErrorResponse><Error><Type>Sender</Type><Code>UnsupportedProtocol</Code><Message>SQS: the embedded cloud speaks the JSON protocol only, received a request of the query protocol. SDKs and AWS CLIs since November 2023 speak it: boto3 1.28.84, AWS CLI 1.29.84 or 2.13.34, or later.</Message></Error></ErrorResponse>`;

/** SQS once spoke the query protocol, which fauxqs knows for SNS only: old clients are told so. */
export function refuseQuerySqs(app: FauxqsApp): void {
  app.addHook('preHandler', (request, reply, done) => {
    const isForm = request.headers['content-type']?.includes('x-www-form-urlencoded');
    const { Action = '', QueueUrl } = (isForm && (request.body as Partial<QueryForm> | null)) || {};
    if (QueueUrl === undefined && !WITHOUT_QUEUE_URL.has(Action)) return done();
    reply.code(400).type('text/xml').send(ANSWER);
  });
}
