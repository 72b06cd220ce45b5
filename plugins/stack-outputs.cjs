const { refuseRow } = require('./parameters/check-topology.cjs');

/**
 * Resolves the values of the stack's outputs for the functions' environment: `${self:custom.outputs.OrderQueueUrl}`.
 *
 * On AWS they are CloudFormation references. In stage `local` they are literals, since `serverless invoke local` would ask AWS
 * for each reference. The literals are the outputs that the embedded cloud wrote when it started, or else its default addresses.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  const resources = [await resolveVariable('self:resources')].flat();
  const outputs = Object.assign({}, ...resources.map(({ Outputs }) => Outputs));
  const derived = await resolveVariable('self:custom.derived');
  for (const { name, stores } of derived.queues) {
    const output = stores?.in.tableOutput;
    if (output !== undefined && !(output in outputs))
      throw refuseRow(name, 'stores.in.tableOutput', 'must be the name of a stack output', output);
  }
  if ((await resolveVariable('sls:stage')) !== 'local') {
    const values = Object.entries(outputs).map(([name, { Value }]) => [name, Value]);
    return { ...Object.fromEntries(values), ...databaseUrls() };
  }
  const localOutputs = await resolveVariable('self:custom.localOutputs');
  if (localOutputs.placeholders) {
    const values = Object.keys(outputs).map((name) => [name, `{{${name}}}`]);
    return { ...Object.fromEntries(values), ...databaseUrls('{{DatabaseUrl}}', derived) };
  }
  const { readOutputs } = require('../local/stack/read-stack.ts');
  // Outputs that exist only on AWS are empty; functions treat an empty variable as missing.
  const literals = Object.fromEntries(Object.keys(outputs).map((name) => [name, '']));
  Object.assign(literals, readOutputs(resources, 'http://127.0.0.1:4566'));
  Object.assign(literals, localOutputs);
  const { DatabaseUrl = 'postgres://postgres@127.0.0.1:4568/orders' } = literals;
  return { ...literals, ...databaseUrls(DatabaseUrl, derived) };
};

/** Returns the URL of the embedded Postgres for each enabled part, in stage `local` only. */
const databaseUrls = (url = '', { shipping = 'off', sales = 'off' } = {}) => ({
  ShippingDatabaseUrl: shipping === 'on' ? url : '',
  SalesDatabaseUrl: sales === 'on' ? url : '',
});
