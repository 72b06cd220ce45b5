/**
 * What there is to watch: the functions that are on, and the queues that feed them. So alarms and dashboard follow the
 * switches, and nothing that is added to the stack is forgotten.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  const definitions = Object.assign({}, ...[await resolveVariable('self:functions')].flat());
  const { shipping, sales, alarms, fleet } = await resolveVariable('self:custom.derived');
  const functions = Object.keys(definitions).map((name) => ({
    name,
    // As Serverless names it.
    id: `${name[0].toUpperCase()}${name.slice(1)}LambdaFunction`,
  }));
  const queues = Object.entries(definitions).flatMap(([consumer, { events = [] }]) =>
    events.flatMap(({ sqs }) => (sqs ? [{ id: logicalIdOf(sqs.arn), consumer }] : [])),
  );
  return {
    functions,
    // Each has a dead-letter queue of its own, named after it.
    queues: queues.map((queue) => ({ ...queue, name: kebab(queue.id), dlqId: `${queue.id}DLQ` })),
    prefix: `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}`,
    runbook: await resolveVariable('param:runbook'),
    hasShipping: shipping === 'on',
    hasSales: sales === 'on',
    fleet,
    thresholds: alarms,
  };
};

/** The queue's, of `!GetAtt OrderQueue.Arn`. */
const logicalIdOf = (arn) => [arn['Fn::GetAtt']].flat().join('.').split('.')[0];

const kebab = (id) => id.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase();
