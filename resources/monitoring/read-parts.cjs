const { FUNCTIONS } = require('../../topology.ts');

/**
 * What there is to watch: the functions that are on, and the queues that feed them. So alarms and dashboard follow the
 * switches, and nothing that is added to the stack is forgotten.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  const { shipping, sales, alarms, fleet, queues } = await resolveVariable('self:custom.derived');
  // A part that is disabled has none of its queues.
  const isEnabled = ({ part }) => part === undefined || queues.some((queue) => queue.part === part);
  return {
    functions: FUNCTIONS.filter(isEnabled).map(({ name }) => ({
      name,
      // As Serverless names it.
      id: `${name[0].toUpperCase()}${name.slice(1)}LambdaFunction`,
    })),
    queues,
    prefix: `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}`,
    runbook: await resolveVariable('param:runbook'),
    hasShipping: shipping === 'on',
    hasSales: sales === 'on',
    fleet,
    thresholds: alarms,
  };
};
