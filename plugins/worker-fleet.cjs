const { createHash } = require('node:crypto');
const { mkdir, readFile } = require('node:fs/promises');
const { join } = require('node:path');
const toEnvironmentFile = require('./environment-file.cjs');
const setS3UploadEncryptionOptions = require('serverless/lib/aws/set-s3-upload-encryption-options.js');
const uploadS3Object = require('serverless/lib/plugins/aws/lib/upload-s3-object.js');

/** File name of the bundle in the folder that Serverless packages to. */
const BUNDLE = 'order-worker.mjs';
// Fargate and systemd terminate a worker 120 s after asking it to stop. Messages of a batch that is still in flight then become
// visible again.
const MAX_DEADLINE = 120 - 10;
const WORKERS = { ec2: 'WorkerGroup', ecs: 'WorkerService' };
const ROLES = { ec2: 'WorkerInstanceRole', ecs: 'WorkerTaskRole' };

/**
 * Completes the worker fleet from its function, so that permissions and environment are written once:
 *
 * - the fleet's role gets the permissions of the function's role, except those for logs and traces;
 * - the workers' environment is the function's, plus the region, which Lambda would set;
 * - for instances, the workers' bundle is built with the package, named by its hash, and uploaded to the deployment bucket
 *   before the stack changes. So new code changes the launch template, which replaces the group's instances.
 */
module.exports = class WorkerFleet {
  /** @param {import('serverless')} serverless */
  constructor(serverless) {
    this.hooks = {
      // Only now does the template include the functions' roles and resources/.
      'after:aws:package:finalize:mergeCustomProviderResources': async () => {
        const { fleet } = serverless.service.custom.derived;
        if (fleet.kind !== 'off') await completeFleet(serverless, fleet);
      },
      'before:aws:deploy:deploy:uploadArtifacts': async () => {
        const { shouldNotDeploy, compiledCloudFormationTemplate } = serverless.service.provider;
        const userData = findUserData(compiledCloudFormationTemplate);
        if (userData && !shouldNotDeploy) await uploadBundle(serverless, userData.BundleKey);
      },
    };
  }
};

async function completeFleet(serverless, fleet) {
  const { Resources } = serverless.service.provider.compiledCloudFormationTemplate;
  const functionId = serverless.getProvider('aws').naming.getLambdaLogicalId(fleet.function);
  const { Properties } = Resources[functionId];

  sharePermissions(Resources, Properties.Role['Fn::GetAtt'][0], fleet);
  // Lambda polls until the workers run.
  const mapping = Object.values(Resources).find(
    ({ Type, Properties: { FunctionName } }) =>
      Type === 'AWS::Lambda::EventSourceMapping' && FunctionName['Fn::GetAtt'][0] === functionId,
  );
  mapping.DependsOn = [mapping.DependsOn, WORKERS[fleet.kind]].flat();

  const variables = { ...Properties.Environment.Variables, AWS_REGION: { Ref: 'AWS::Region' } };
  const command = [
    ...['--function', fleet.function],
    ...['--concurrency', String(fleet.concurrency)],
    ...['--deadline', String(Math.min(Properties.Timeout, MAX_DEADLINE))],
    ...['--health-port', '8080'],
  ];
  if (fleet.kind === 'ecs') {
    const Environment = Object.entries(variables).map(([Name, Value]) => ({ Name, Value }));
    Object.assign(Resources.WorkerTask.Properties.ContainerDefinitions[0], { Command: command, Environment });
  } else {
    Object.assign(findUserData({ Resources }), {
      Arguments: command.join(' '),
      BundleKey: await buildBundle(serverless),
      Environment: toEnvironmentFile(variables),
    });
  }
}

function sharePermissions(resources, functionRole, { kind, function: name, max, concurrency }) {
  const fleetRole = ROLES[kind];
  const { Statement } = resources[functionRole].Properties.Policies[0].PolicyDocument;
  const isForLambdaOnly = ({ Action }) => [Action].flat().every((action) => /^(logs|xray):/.test(action));
  resources[fleetRole].Properties.Policies.push({
    PolicyName: name,
    PolicyDocument: { Version: '2012-10-17', Statement: Statement.filter((each) => !isForLambdaOnly(each)) },
  });
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type !== 'AWS::IAM::Policy') continue;
    if (!Properties.Roles.some(({ Ref }) => Ref === functionRole)) continue;
    // Only databases have separate policies. The doctor counts database connections, but cannot see the number of workers.
    Properties.Roles.push({ Ref: fleetRole });
    resources[fleetRole].Metadata = { DatabaseConnections: max * concurrency };
  }
}

/** Returns the values that CloudFormation substitutes in resources/worker-boot.sh. */
const findUserData = ({ Resources }) =>
  Resources.WorkerLaunchTemplate?.Properties.LaunchTemplateData.UserData['Fn::Base64']['Fn::Sub'][1];

/** @returns The bundle's key in the deployment bucket. Serverless deletes old packages there, but never this key. */
async function buildBundle(serverless) {
  const { buildWorker } = require('../worker/build.cjs');
  const folder = join(serverless.serviceDir, '.serverless');
  await mkdir(folder, { recursive: true });
  await buildWorker(join(folder, BUNDLE));
  const hash = createHash('sha256').update(await readFile(join(folder, BUNDLE)));
  const provider = serverless.getProvider('aws');
  const prefix = `${provider.getDeploymentPrefix()}/${serverless.service.service}/${provider.getStage()}`;
  return `${prefix}/worker/${hash.digest('hex')}.mjs`;
}

async function uploadBundle(serverless, key) {
  const provider = serverless.getProvider('aws');
  const object = {
    Bucket: await provider.getServerlessDeploymentBucketName(),
    Key: key,
    Body: await readFile(join(serverless.serviceDir, '.serverless', BUNDLE)),
    ContentType: 'text/javascript',
  };
  const { deploymentBucketObject = {} } = serverless.service.provider;
  await uploadS3Object(provider, setS3UploadEncryptionOptions(object, deploymentBucketObject));
}
