/**
 * Returns what each queue adds to its function: timeout, queue URL and event source mapping. Serverless merges this into the
 * function of the same name. The result also has the functions of each queue's `definitions` file.
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
      // Without this property, the function would use the shared role.
      iamRoleStatements: [],
      ...definition,
      timeout: queue.timeout,
      environment: { ...environment, [queue.urlVariable]: queueUrl },
      events: [{ sqs: sqsEvent(queue) }],
    };
  }
  return functions;
};

/**
 * Batches of more than 10 records require a window.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
 */
const sqsEvent = ({ id, isPolledByLambda, batchSize, batchingWindow, concurrency }) => ({
  arn: { 'Fn::GetAtt': [id, 'Arn'] },
  enabled: isPolledByLambda,
  batchSize,
  ...(batchingWindow > 0 && { maximumBatchingWindow: batchingWindow }),
  maximumConcurrency: concurrency,
  functionResponseType: 'ReportBatchItemFailures',
});
