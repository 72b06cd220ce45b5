/**
 * What each queue of the stage adds to its function: how long it may run, where its queue is, and the event that invokes it.
 * Serverless merges it into the function of the same name. Beside that come the functions of the queue's own file.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  const { queues } = await resolveVariable('self:custom.derived');
  const functions = {};
  for (const queue of queues) {
    if (queue.definitions)
      Object.assign(functions, await resolveVariable(`file(${queue.definitions}):functions, null`));
    const { environment, ...definition } = functions[queue.consumer] ?? {};
    const queueUrl = await resolveVariable(`self:custom.outputs.${queue.id}Url`);
    functions[queue.consumer] = {
      handler: `handlers/${queue.consumer}.handler`,
      // Without the property, the function would get a role that it shares.
      iamRoleStatements: [],
      ...definition,
      timeout: queue.timeout,
      environment: { ...environment, [queue.urlVariable]: queueUrl },
      events: [{ sqs: sqsEvent(queue) }],
    };
  }
  return functions;
};

/** More than 10 records a batch need a window: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html */
const sqsEvent = ({ id, isPolledByLambda, batchSize, batchingWindow, concurrency }) => ({
  arn: { 'Fn::GetAtt': [id, 'Arn'] },
  enabled: isPolledByLambda,
  batchSize,
  ...(batchingWindow > 0 && { maximumBatchingWindow: batchingWindow }),
  maximumConcurrency: concurrency,
  functionResponseType: 'ReportBatchItemFailures',
});
