const { refuseRow } = require('./parameters/check-topology.cjs');

/**
 * The values of the stack's outputs, for the functions' environment: `${self:custom.outputs.OrderQueueUrl}`.
 *
 * On AWS they are CloudFormation's own references. In stage `local` they are literals, since `serverless invoke local` asks
 * AWS for every reference that it meets: what the embedded cloud wrote when it started, or where it listens by default.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  const resources = [await resolveVariable('self:resources')].flat();
  const outputs = Object.assign({}, ...resources.map(({ Outputs }) => Outputs));
  const { queues } = await resolveVariable('self:custom.derived');
  for (const { name, stores } of queues) {
    const output = stores?.in.tableOutput;
    if (output !== undefined && !(output in outputs))
      throw refuseRow(name, 'stores.in.tableOutput', 'must be an output of the stack', output);
  }
  if ((await resolveVariable('sls:stage')) !== 'local') {
    const values = Object.entries(outputs).map(([name, { Value }]) => [name, Value]);
    return { ...Object.fromEntries(values), ...databaseUrls() };
  }
  const { readOutputs } = require('../local/stack/read-stack.ts');
  // What only AWS has is empty, which functions take for missing.
  const literals = Object.fromEntries(Object.keys(outputs).map((name) => [name, '']));
  Object.assign(literals, readOutputs(resources, 'http://127.0.0.1:4566'));
  Object.assign(literals, await resolveVariable('self:custom.localOutputs'));
  const { DatabaseUrl = 'postgres://postgres@127.0.0.1:4568/orders' } = literals;
  return { ...literals, ...databaseUrls(DatabaseUrl, await resolveVariable('self:custom.derived')) };
};

/** The Postgres that stands for the databases of the parts that are on, in stage `local` only. */
const databaseUrls = (url = '', { shipping = 'off', sales = 'off' } = {}) => ({
  ShippingDatabaseUrl: shipping === 'on' ? url : '',
  SalesDatabaseUrl: sales === 'on' ? url : '',
});
