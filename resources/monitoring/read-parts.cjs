const { FUNCTIONS } = require('../../topology.ts');

/**
 * Reads the functions and queues of the stage, for the alarms and the dashboard.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  const { shipping, sales, alarms, fleet, queues } = await resolveVariable('self:custom.derived');
  // `queues` omits the queues of disabled parts.
  const isEnabled = ({ part }) => part === undefined || queues.some((queue) => queue.part === part);
  return {
    functions: FUNCTIONS.filter(isEnabled).map(({ name }) => ({
      name,
      // The logical id that Serverless gives the function.
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
