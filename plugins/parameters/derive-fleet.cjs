const { QUEUES } = require('../../topology.ts');

// Graviton families have a g after their generation: t4g, c7gn, m8gd.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
const ARM64_INSTANCE = /^[a-z]+\d+g[a-z]*\.[a-z0-9-]+$/;

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Repositories.html
const ECR_IMAGE =
  /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9][a-z0-9._/-]*)(?::[\w.-]+|@sha256:[0-9a-f]{64})$/;

/**
 * Reads the parameters of the worker fleet.
 *
 * @param {ReturnType<typeof import('./create-reader.cjs')>} reader
 */
module.exports = async ({ read, readChoice, readWholeNumber, refuse }) => {
  const kind = await readChoice('fleet', ['off', 'ec2', 'ecs']);
  const name = await readChoice(
    'fleetFunction',
    QUEUES.map(({ consumer }) => consumer),
  );
  const { id, part } = QUEUES.find(({ consumer }) => consumer === name);
  const max = await readWholeNumber('fleetMax', 1, 100);
  const min = await readWholeNumber('fleetMin', 1, 100);
  if (min > max) throw refuse('fleetMin', `must be at most fleetMax, which is ${max}`, min);

  const instanceType = await read('fleetInstanceType');
  if (!ARM64_INSTANCE.test(instanceType))
    throw refuse('fleetInstanceType', 'must be an arm64 instance type, such as t4g.small', instanceType);

  if (kind !== 'off' && part && (await read(part)) === 'off')
    throw refuse('fleetFunction', `must be the consumer of an enabled queue, and ${part} is "off"`, name);

  const image = await read('fleetImage');
  const [, account, region, repository] = ECR_IMAGE.exec(image) ?? [];
  if (kind === 'ecs' && !repository) {
    const example = '123456789012.dkr.ecr.us-east-1.amazonaws.com/order-worker:1';
    throw refuse('fleetImage', `must be an ECR image with a tag or digest, such as ${example}`, image);
  }

  return {
    kind,
    function: name,
    queue: id,
    min,
    max,
    // CloudFormation requires it to be below the maximum size.
    minInService: Math.min(min, max - 1),
    concurrency: await readWholeNumber('fleetConcurrency', 1, 100),
    scaling: await readChoice('fleetScaling', ['backlog', 'queue-length']),
    backlogPerInstance: await readWholeNumber('fleetBacklogPerInstance', 1, 1_000_000),
    queueLength: await readWholeNumber('fleetQueueLength', 1, 1_000_000),
    repositoryArn: {
      'Fn::Sub': `arn:\${AWS::Partition}:ecr:${region}:${account}:repository/${repository}`,
    },
  };
};
