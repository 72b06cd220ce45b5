const createReader = require('./parameters/create-reader.cjs');
const deriveFleet = require('./parameters/derive-fleet.cjs');
const deriveHttpApi = require('./parameters/derive-http-api.cjs');
const deriveMonitoring = require('./parameters/derive-monitoring.cjs');

/**
 * What serverless.yml derives from its parameters and YAML cannot: `${self:custom.derived.…}`. Both `serverless` and the
 * embedded cloud resolve it.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  const reader = createReader({ resolveVariable });
  const { readChoice, readWholeNumber } = reader;
  const shipping = await readChoice('shipping', ['on', 'off']);
  const sales = await readChoice('sales', ['on', 'off']);
  const deletionPolicy = await readChoice('databaseDeletionPolicy', ['Delete', 'Snapshot']);
  const salesNamespace = `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}-sales`;
  // A batch of more than 10 records needs a window of at least 1 s.
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
  const window = await readWholeNumber('salesBatchingWindow', 1, 300);
  return {
    shipping,
    sales,
    databases: shipping === 'on' || sales === 'on' ? 'on' : 'off',
    // 6 x analytics' timeout + its batching window = 6 x 60 s + the window.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    analyticsVisibilityTimeout: 6 * 60 + window,
    // As a number, which Serverless wants here.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
    salesBatchSize: await readWholeNumber('salesBatchSize', 10, 10_000),
    salesFinalSnapshotName:
      deletionPolicy === 'Snapshot' ? `${salesNamespace}-final` : { Ref: 'AWS::NoValue' },
    ...(await deriveHttpApi(reader)),
    ...(await deriveMonitoring(reader)),
    ...(await deriveFleet(reader, { shipping, sales })),
  };
};
