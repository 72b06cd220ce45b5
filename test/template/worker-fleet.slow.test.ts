import { beforeAll, describe, expect, it } from 'vitest';
import {
  propertiesOf,
  readStatements,
  resourcesOf,
  type Statement,
  type Template,
} from '../../cli/template/template.ts';
import { QUEUES } from '../../topology.ts';
import { type PackagedStack, packageStack } from '../run-serverless.ts';
import { FLEETS, IMAGE } from './parameter-sets.ts';
import { arnOf, listDangling } from './template.ts';
import { userDataOf } from './user-data.ts';

const fleets = new Map<string, PackagedStack>();
beforeAll(async () => {
  for (const [name, params] of Object.entries(FLEETS))
    fleets.set(name, await packageStack('test', ...params));
}, 900_000);
function fleetOf(name: keyof typeof FLEETS): PackagedStack {
  const fleet = fleets.get(name);
  if (!fleet) throw new Error(`fleet ${name}: not packaged`);
  return fleet;
}

/** Each kind with its function, role, workers resource and queue. */
const KINDS = [
  ['ec2', 'Consumer', 'WorkerInstanceRole', 'WorkerGroup', 'OrderQueue'],
  ['ecs', 'Consumer', 'WorkerTaskRole', 'WorkerService', 'OrderQueue'],
  [
    'ec2 of fulfillment, by queue length',
    'Fulfillment',
    'WorkerInstanceRole',
    'WorkerGroup',
    'ShippingQueue',
  ],
  ['ecs of analytics, by queue length', 'Analytics', 'WorkerTaskRole', 'WorkerService', 'AnalyticsQueue'],
] as const;

const isOfFleet = (id: string) => id.startsWith('Worker');
const mappingsOf = (template: Template) => resourcesOf(template, 'AWS::Lambda::EventSourceMapping');
const environmentOf = (template: Template, name: string) =>
  (propertiesOf(template, `${name}LambdaFunction`).Environment as { Variables: Record<string, unknown> })
    .Variables;
const policiesOf = (template: Template, role: string): [name: string, statements: Statement[]][] =>
  (propertiesOf(template, role).Policies as { PolicyName: string; PolicyDocument: unknown }[]).map(
    ({ PolicyName, PolicyDocument }) => [PolicyName, readStatements(PolicyDocument)],
  );
const attachedTo = (template: Template, role: string) =>
  resourcesOf(template, 'AWS::IAM::Policy')
    .filter(([, { Roles }]) => (Roles as { Ref: string }[]).some(({ Ref }) => Ref === role))
    .map(([id]) => id);

describe('without a fleet, the stack', () => {
  it('has no fleet resources, and Lambda polls every queue', () => {
    const { template, bundleHash } = fleetOf('off');
    expect([...Object.keys(template.Resources), ...Object.keys(template.Outputs)].filter(isOfFleet)).toEqual(
      [],
    );
    expect(JSON.stringify(template)).not.toContain('Worker');
    expect(mappingsOf(template).map(([, { Enabled }]) => Enabled)).toEqual(QUEUES.map(() => true));
    expect(bundleHash).toBeUndefined();
  });
});

describe.each(KINDS)('with a fleet on %s, the stack', (kind, name, role, workers, queue) => {
  let template: Template;
  beforeAll(() => {
    ({ template } = fleetOf(kind));
  });

  it('has no dangling references', () => {
    expect(listDangling(template)).toEqual([]);
  });

  it('disables the event source mapping of that function only', () => {
    const mappings = mappingsOf(template).map(([, { FunctionName, EventSourceArn, Enabled }]) => [
      FunctionName,
      EventSourceArn,
      Enabled,
    ]);
    expect(mappings).toHaveLength(QUEUES.length);
    expect(mappings.filter(([, , Enabled]) => Enabled === false)).toEqual([
      [arnOf(`${name}LambdaFunction`), arnOf(queue), false],
    ]);
  });

  it('disables that mapping after the workers run', () => {
    const id = `${name}EventSourceMappingSQS${queue}`;
    expect(template.Resources[id]?.DependsOn).toEqual([`${name}IamRoleLambdaExecution`, workers]);
  });

  it('gives workers the permissions of their function, except those for logs and traces', () => {
    const [, [logs, ...others] = []] = policiesOf(template, `${name}IamRoleLambdaExecution`)[0] ?? [];
    expect(logs?.Action).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
    const ofFunction = others.filter(({ Action }) => !Action[0]?.startsWith('xray:'));
    expect(ofFunction).toHaveLength(others.length - 1);
    expect(ofFunction.length).toBeGreaterThan(1);
    expect(policiesOf(template, role).at(-1)).toEqual([name.toLowerCase(), ofFunction]);
    expect(attachedTo(template, role)).toEqual(attachedTo(template, `${name}IamRoleLambdaExecution`));
  });

  it('states how many database connections its workers may open, if their function uses a database', () => {
    const hasDatabase = attachedTo(template, role).length > 0;
    expect(hasDatabase).toBe(name !== 'Consumer');
    // fleetMax=1 x fleetConcurrency, 8 by default.
    expect(template.Resources[role]?.Metadata).toEqual(hasDatabase ? { DatabaseConnections: 8 } : undefined);
  });

  it('allows no inbound traffic and only HTTPS outbound', () => {
    const groups = resourcesOf(template, 'AWS::EC2::SecurityGroup').filter(([id]) => isOfFleet(id));
    expect(groups.map(([, group]) => [group.SecurityGroupIngress, group.SecurityGroupEgress])).toEqual([
      [
        undefined,
        [{ Description: 'HTTPS', IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' }],
      ],
    ]);
    expect(resourcesOf(template, 'AWS::EC2::SecurityGroupIngress')).toEqual([]);
  });

  it('has a separate VPC from the databases', () => {
    const networks = resourcesOf(template, 'AWS::EC2::VPC').map(([id]) => id);
    expect(networks.toSorted()).toEqual(['DatabaseNetwork', 'WorkerNetwork']);
    for (const [id, { VpcId }] of resourcesOf(template, 'AWS::EC2::Subnet'))
      expect(VpcId, id).toEqual({ Ref: isOfFleet(id) ? 'WorkerNetwork' : 'DatabaseNetwork' });
    expect(resourcesOf(template, 'AWS::EC2::VPCGatewayAttachment').map(([, { VpcId }]) => VpcId)).toEqual([
      { Ref: 'WorkerNetwork' },
    ]);
    expect(
      resourcesOf(template, 'AWS::EC2::VPCEndpoint').map(([, { VpcEndpointType }]) => VpcEndpointType),
    ).toEqual(['Gateway', 'Gateway']);
  });

  it('starts workers after the route to the internet exists, and stops them before it is deleted', () => {
    expect(template.Resources[workers]?.DependsOn).toEqual([
      'WorkerRouteOut',
      'WorkerSubnetARoutes',
      'WorkerSubnetBRoutes',
    ]);
  });

  it('retains its logs for 30 days', () => {
    expect(propertiesOf(template, 'WorkerLogGroup')).toEqual({
      LogGroupName: '/order-pipeline/test/workers',
      RetentionInDays: 30,
    });
  });
});

const visible = (queue: string) => ({
  Namespace: 'AWS/SQS',
  MetricName: 'ApproximateNumberOfMessagesVisible',
  Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
});
const byBacklog = (TargetValue: number, workers: object) => ({
  TargetValue,
  CustomizedMetricSpecification: {
    Metrics: [
      { Id: 'visible', MetricStat: { Metric: visible('OrderQueue'), Stat: 'Average' }, ReturnData: false },
      { Id: 'workers', MetricStat: { Metric: workers, Stat: 'Average' }, ReturnData: false },
      {
        Id: 'backlog',
        Label: 'Visible messages per worker',
        Expression: 'IF(workers > 0, visible / workers, visible)',
        ReturnData: true,
      },
    ],
  },
});
const byQueueLength = (TargetValue: number, queue: string) => ({
  TargetValue,
  CustomizedMetricSpecification: { ...visible(queue), Statistic: 'Average' },
});

describe('a fleet of instances', () => {
  let template: Template;
  beforeAll(() => {
    ({ template } = fleetOf('ec2'));
  });

  it('scales by the visible messages per instance in service', () => {
    expect(propertiesOf(template, 'WorkerScaling')).toEqual({
      AutoScalingGroupName: { Ref: 'WorkerGroup' },
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: byBacklog(300, {
        Namespace: 'AWS/AutoScaling',
        MetricName: 'GroupInServiceInstances',
        Dimensions: [{ Name: 'AutoScalingGroupName', Value: { Ref: 'WorkerGroup' } }],
      }),
    });
    expect(propertiesOf(template, 'WorkerGroup')).toMatchObject({
      MetricsCollection: [{ Granularity: '1Minute', Metrics: ['GroupInServiceInstances'] }],
    });
  });

  it('scales by all visible messages with fleetScaling=queue-length', () => {
    const other = fleetOf('ec2 of fulfillment, by queue length').template;
    expect(propertiesOf(other, 'WorkerScaling').TargetTrackingConfiguration).toEqual(
      byQueueLength(60_000, 'ShippingQueue'),
    );
  });

  it('has the configured size, and updates in place while its instances signal that their workers run', () => {
    expect(propertiesOf(template, 'WorkerGroup')).toMatchObject({ MinSize: 2, MaxSize: 6 });
    expect(template.Resources.WorkerGroup).toMatchObject({
      CreationPolicy: { ResourceSignal: { Count: 2 } },
      UpdatePolicy: {
        AutoScalingRollingUpdate: { MinInstancesInService: 2, MaxBatchSize: 6, WaitOnResourceSignals: true },
      },
    });
    const { UpdatePolicy } = fleetOf('ec2 of fulfillment, by queue length').template.Resources
      .WorkerGroup as unknown as { UpdatePolicy: object };
    expect(UpdatePolicy).toMatchObject({
      AutoScalingRollingUpdate: { MinInstancesInService: 0, MaxBatchSize: 1 },
    });
  });

  it('requires tokens for instance metadata, encrypts disks and has no key pair', () => {
    const { LaunchTemplateData } = propertiesOf(template, 'WorkerLaunchTemplate');
    expect(LaunchTemplateData).toMatchObject({
      MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      BlockDeviceMappings: [{ Ebs: { Encrypted: true, DeleteOnTermination: true } }],
      NetworkInterfaces: [{ Groups: [{ Ref: 'WorkerSecurityGroup' }] }],
      IamInstanceProfile: { Arn: arnOf('WorkerInstanceProfile') },
    });
    expect(LaunchTemplateData).not.toHaveProperty('KeyName');
  });

  it('has the configured instance type', () => {
    const typeOf = (name: keyof typeof FLEETS) =>
      (
        propertiesOf(fleetOf(name).template, 'WorkerLaunchTemplate').LaunchTemplateData as {
          InstanceType: string;
        }
      ).InstanceType;
    expect(typeOf('ec2')).toBe('t4g.small');
    expect(typeOf('ec2 of fulfillment, by queue length')).toBe('c7g.medium');
  });

  it('may also read its code, signal CloudFormation and write its logs', () => {
    const others = policiesOf(template, 'WorkerInstanceRole').slice(0, -1);
    const granted = others.flatMap(([, statements]) =>
      statements.map(({ Effect, Action, Resource }) => [Effect, Action, Resource]),
    );
    const code = `\${ServerlessDeploymentBucket.Arn}/serverless/order-pipeline/test/worker/*`;
    expect(granted).toEqual([
      ['Allow', ['s3:GetObject'], [{ 'Fn::Sub': code }]],
      ['Allow', ['cloudformation:SignalResource'], [{ Ref: 'AWS::StackId' }]],
      ['Allow', ['logs:CreateLogStream', 'logs:PutLogEvents'], [arnOf('WorkerLogGroup')]],
    ]);
  });

  it('downloads its code under the hash of its content, so that new code changes the launch template', () => {
    const { bundleHash } = fleetOf('ec2');
    const [, { BundleKey }] = userDataOf(template);
    expect(bundleHash).toMatch(/^[0-9a-f]{64}$/);
    expect(BundleKey).toBe(`serverless/order-pipeline/test/worker/${bundleHash}.mjs`);
  });

  it('runs its function with a deadline within the stop timeout of systemd', () => {
    expect(userDataOf(template)[1].Arguments).toBe(
      '--function consumer --concurrency 12 --deadline 30 --health-port 8080',
    );
    expect(userDataOf(fleetOf('ec2 of fulfillment, by queue length').template)[1].Arguments).toBe(
      '--function fulfillment --concurrency 8 --deadline 60 --health-port 8080',
    );
  });
});

describe('a fleet of containers', () => {
  let template: Template;
  let container: Record<string, unknown>;
  beforeAll(() => {
    ({ template } = fleetOf('ecs'));
    [container = {}] = propertiesOf(template, 'WorkerTask').ContainerDefinitions as (typeof container)[];
  });

  it('scales by the visible messages per running task', () => {
    expect(propertiesOf(template, 'WorkerScaling')).toMatchObject({
      PolicyType: 'TargetTrackingScaling',
      ScalingTargetId: { Ref: 'WorkerScalingTarget' },
      TargetTrackingScalingPolicyConfiguration: byBacklog(60_000, {
        Namespace: 'ECS/ContainerInsights',
        MetricName: 'RunningTaskCount',
        Dimensions: [
          { Name: 'ClusterName', Value: { Ref: 'WorkerCluster' } },
          { Name: 'ServiceName', Value: { 'Fn::GetAtt': ['WorkerService', 'Name'] } },
        ],
      }),
    });
    expect(propertiesOf(template, 'WorkerScalingTarget')).toMatchObject({ MinCapacity: 1, MaxCapacity: 10 });
    expect(propertiesOf(template, 'WorkerCluster').ClusterSettings).toEqual([
      { Name: 'containerInsights', Value: 'enabled' },
    ]);
  });

  it('scales by all visible messages with fleetScaling=queue-length', () => {
    const other = fleetOf('ecs of analytics, by queue length').template;
    expect(propertiesOf(other, 'WorkerScaling').TargetTrackingScalingPolicyConfiguration).toEqual(
      byQueueLength(50, 'AnalyticsQueue'),
    );
  });

  it('runs on Fargate on arm64, and rolls back a deployment whose tasks do not start', () => {
    expect(propertiesOf(template, 'WorkerTask')).toMatchObject({
      RequiresCompatibilities: ['FARGATE'],
      RuntimePlatform: { CpuArchitecture: 'ARM64' },
    });
    expect(propertiesOf(template, 'WorkerService')).toMatchObject({
      LaunchType: 'FARGATE',
      DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
      NetworkConfiguration: {
        AwsvpcConfiguration: { SecurityGroups: [{ Ref: 'WorkerSecurityGroup' }] },
      },
    });
  });

  it('runs its function with a read-only file system', () => {
    expect(container).toMatchObject({
      Image: IMAGE,
      Command: ['--function', 'consumer', '--concurrency', '8', '--deadline', '30', '--health-port', '8080'],
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
      StopTimeout: 120,
    });
  });

  it('checks the health of the worker', () => {
    const { Command } = container.HealthCheck as { Command: string[] };
    expect(Command).toEqual([
      'CMD',
      'node',
      '-e',
      "fetch('http://127.0.0.1:8080/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))",
    ]);
  });

  it.each([
    ['ecs', 'Consumer'],
    ['ecs of analytics, by queue length', 'Analytics'],
  ] as const)('on %s has the environment of its function, and the region', (kind, name) => {
    const fleet = fleetOf(kind).template;
    const [{ Environment } = { Environment: [] }] = propertiesOf(fleet, 'WorkerTask')
      .ContainerDefinitions as { Environment: { Name: string; Value: unknown }[] }[];
    const variables = Object.fromEntries(Environment.map(({ Name, Value }) => [Name, Value]));
    expect(variables).toEqual({ ...environmentOf(fleet, name), AWS_REGION: { Ref: 'AWS::Region' } });
  });

  it('is started with a role that can only pull its image and write its logs', () => {
    const granted = policiesOf(template, 'WorkerExecutionRole').flatMap(([, statements]) =>
      statements.map(({ Effect, Action, Resource }) => [Effect, Action, Resource]),
    );
    const repository = `arn:\${AWS::Partition}:ecr:eu-west-1:123456789012:repository/shop/order-worker`;
    expect(granted).toEqual([
      ['Allow', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], [{ 'Fn::Sub': repository }]],
      ['Allow', ['ecr:GetAuthorizationToken'], ['*']],
      ['Allow', ['logs:CreateLogStream', 'logs:PutLogEvents'], [arnOf('WorkerLogGroup')]],
    ]);
    expect(template.Resources.WorkerExecutionRole?.Metadata).toEqual({
      WildcardReasons: {
        'ecr:GetAuthorizationToken': expect.stringContaining('no resource-level permissions'),
      },
    });
  });

  it('needs no bundle', () => {
    expect(fleetOf('ecs').bundleHash).toBeUndefined();
  });
});
