const createReader = require('./parameters/create-reader.cjs');
const deriveFleet = require('./parameters/derive-fleet.cjs');
const deriveHttpApi = require('./parameters/derive-http-api.cjs');
const deriveMonitoring = require('./parameters/derive-monitoring.cjs');
const deriveQueues = require('./parameters/derive-queues.cjs');

/**
 * Computes the values that serverless.yml cannot compute in YAML, as `${self:custom.derived.…}`. Both `serverless` and the
 * embedded cloud resolve them.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  const reader = createReader({ resolveVariable });
  const { readChoice } = reader;
  const shipping = await readChoice('shipping', ['on', 'off']);
  const sales = await readChoice('sales', ['on', 'off']);
  const deletionPolicy = await readChoice('databaseDeletionPolicy', ['Delete', 'Snapshot']);
  const salesNamespace = `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}-sales`;
  const fleet = await deriveFleet(reader);
  return {
    shipping,
    sales,
    databases: shipping === 'on' || sales === 'on' ? 'on' : 'off',
    salesFinalSnapshotName:
      deletionPolicy === 'Snapshot' ? `${salesNamespace}-final` : { Ref: 'AWS::NoValue' },
    ...(await deriveHttpApi(reader)),
    ...(await deriveMonitoring(reader)),
    fleet,
    queues: await deriveQueues(reader, ({ consumer }) => fleet.kind !== 'off' && consumer === fleet.function),
  };
};
