import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, readStatements, resourcesOf, type Template } from '../../cli/template/template.ts';
import { FUNCTIONS, QUEUES } from '../../topology.ts';
import { packageStack } from '../run-serverless.ts';
import { withParts } from './parameter-sets.ts';
import { resolveWith } from './resolve-with.ts';
import { listDangling } from './template.ts';

const COMBINATIONS = [
  ['on', 'on'],
  ['on', 'off'],
  ['off', 'on'],
  ['off', 'off'],
] as const;

/** Templates by the values of the two parameters. */
const templates = new Map<string, Template>();
beforeAll(async () => {
  for (const [shipping, sales] of COMBINATIONS) {
    const { template } = await packageStack('test', ...withParts(shipping, sales));
    templates.set(`${shipping} ${sales}`, template);
  }
}, 240_000);
function templateOf(shipping: string, sales: string): Template {
  const template = templates.get(`${shipping} ${sales}`);
  if (!template) throw new Error(`shipping ${shipping}, sales ${sales}: not packaged`);
  return template;
}

const idsOf = ({ Resources, Outputs }: Template) => [...Object.keys(Resources), ...Object.keys(Outputs)];
const environmentOf = (template: Template, id: string): unknown =>
  (propertiesOf(template, id).Environment as { Variables: unknown }).Variables;

describe.each(COMBINATIONS)('with shipping %s and sales %s, the stack', (shipping, sales) => {
  const isEnabled = { shipping: shipping === 'on', sales: sales === 'on' };
  let template: Template;
  beforeAll(() => {
    template = templateOf(shipping, sales);
  });

  it('has no dangling references', () => {
    expect(listDangling(template)).toEqual([]);
  });

  it('is the whole stack without the disabled parts', () => {
    const expected = idsOf(templateOf('on', 'on')).filter(
      (id) =>
        (isEnabled.shipping || !/Shipping|Fulfillment|Restock/.test(id)) &&
        (isEnabled.sales || !/Sales|Analytics|Report/.test(id)) &&
        (isEnabled.shipping || isEnabled.sales || !/^Database/.test(id)),
    );
    expect(idsOf(template).toSorted()).toEqual(expected.toSorted());
  });

  it('contains only services that the enabled parts use', () => {
    const services = new Set(Object.values(template.Resources).map(({ Type }) => Type.split('::')[1]));
    expect(services.has('RDS')).toBe(isEnabled.shipping);
    expect(services.has('RedshiftServerless')).toBe(isEnabled.sales);
    expect(services.has('SecretsManager')).toBe(isEnabled.sales);
    expect(services.has('EC2')).toBe(isEnabled.shipping || isEnabled.sales);
    const isDisabled = ({ part = '' }: { part?: string }) =>
      (part === 'shipping' && !isEnabled.shipping) || (part === 'sales' && !isEnabled.sales);
    const countEnabled = (rows: readonly { part?: string }[]) =>
      rows.filter((row) => !isDisabled(row)).length;
    expect(resourcesOf(template, 'AWS::SQS::Queue')).toHaveLength(2 * countEnabled(QUEUES));
    expect(resourcesOf(template, 'AWS::Lambda::Function')).toHaveLength(countEnabled(FUNCTIONS));
  });

  it('has a VPC only for databases, without a route to the internet', () => {
    const network = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::EC2::'));
    const expected = ['SecurityGroup', 'Subnet', 'Subnet', 'VPC'].map((type) => `AWS::EC2::${type}`);
    expect(network.map(({ Type }) => Type).toSorted()).toEqual(
      isEnabled.shipping || isEnabled.sales ? expected : [],
    );
  });

  it('gives story and migrate access to the enabled databases only', () => {
    const presentIf = (isEnabled: boolean) => (isEnabled ? expect.any(Object) : '');
    const databases = {
      SHIPPING_DATABASE_ARN: presentIf(isEnabled.shipping),
      SHIPPING_DATABASE_SECRET_ARN: presentIf(isEnabled.shipping),
      SALES_WAREHOUSE_ARN: presentIf(isEnabled.sales),
      SALES_WAREHOUSE_SECRET_ARN: presentIf(isEnabled.sales),
    };
    expect(environmentOf(template, 'StoryLambdaFunction')).toMatchObject(databases);
    expect(environmentOf(template, 'MigrateLambdaFunction')).toMatchObject(databases);
    const attached = resourcesOf(template, 'AWS::IAM::Policy').filter(([, { Roles }]) =>
      JSON.stringify(Roles).includes('MigrateIamRoleLambdaExecution'),
    );
    expect(attached.map(([id]) => id)).toEqual([
      ...(isEnabled.shipping ? ['ShippingDatabaseAccess', 'ShippingDatabaseTransactions'] : []),
      ...(isEnabled.sales ? ['SalesWarehouseAccess', 'SalesWarehouseTransactions'] : []),
    ]);
  });
});

describe('the databases', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf('on', 'on');
  });

  it('are in isolated subnets of two availability zones', () => {
    const subnets = resourcesOf(template, 'AWS::EC2::Subnet').map(([, subnet]) => subnet);
    expect(subnets.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual(
      [0, 1].map((index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] })),
    );
    expect(subnets.filter(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch)).toEqual([]);
  });

  it('allow no inbound and no outbound traffic', () => {
    const group = propertiesOf(template, 'DatabaseSecurityGroup');
    expect(group.SecurityGroupIngress).toBeUndefined();
    expect(group.SecurityGroupEgress).toMatchObject([{ IpProtocol: '-1', CidrIp: '127.0.0.1/32' }]);
  });

  it('include an encrypted Aurora cluster that pauses and is reachable only through the Data API', () => {
    expect(propertiesOf(template, 'ShippingDatabase')).toEqual({
      Engine: 'aurora-postgresql',
      EngineVersion: '17',
      DatabaseName: 'orders',
      MasterUsername: 'orders',
      ManageMasterUserPassword: true,
      EnableHttpEndpoint: true,
      ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 4, SecondsUntilAutoPause: 300 },
      StorageEncrypted: true,
      BackupRetentionPeriod: 1,
      CopyTagsToSnapshot: true,
      DBSubnetGroupName: { Ref: 'ShippingDatabaseSubnets' },
      VpcSecurityGroupIds: [{ Ref: 'DatabaseSecurityGroup' }],
    });
    expect(resourcesOf(template, 'AWS::RDS::DBInstance')).toEqual([
      [
        'ShippingDatabaseInstance',
        {
          Engine: 'aurora-postgresql',
          DBClusterIdentifier: { Ref: 'ShippingDatabase' },
          DBInstanceClass: 'db.serverless',
          PubliclyAccessible: false,
        },
      ],
    ]);
  });

  it('include a Redshift workgroup with minimum capacity that is not publicly accessible', () => {
    expect(propertiesOf(template, 'SalesWarehouse')).toMatchObject({
      NamespaceName: { Ref: 'SalesNamespace' },
      BaseCapacity: 4,
      MaxCapacity: 8,
      PubliclyAccessible: false,
      EnhancedVpcRouting: false,
      SecurityGroupIds: [{ Ref: 'DatabaseSecurityGroup' }],
    });
  });

  it('have passwords that are not in the template', () => {
    expect(propertiesOf(template, 'SalesNamespace').AdminUserPassword).toEqual({
      'Fn::Sub': `{{resolve:secretsmanager:\${SalesWarehouseSecret}:SecretString:password}}`,
    });
    expect(propertiesOf(template, 'SalesWarehouseSecret').SecretString).toBeUndefined();
    expect(propertiesOf(template, 'SalesWarehouseSecret').GenerateSecretString).toMatchObject({
      SecretStringTemplate: JSON.stringify({
        username: propertiesOf(template, 'SalesNamespace').AdminUsername,
      }),
      GenerateStringKey: 'password',
    });
  });

  it('read staged sales with a role that has no other permissions', () => {
    const { Policies, AssumeRolePolicyDocument, ManagedPolicyArns } = propertiesOf(
      template,
      'SalesWarehouseRole',
    );
    expect(ManagedPolicyArns).toBeUndefined();
    const statements = (Policies as { PolicyDocument: unknown }[]).flatMap(({ PolicyDocument }) =>
      readStatements(PolicyDocument).map(({ Effect, Action, Resource }) => [Effect, Action, Resource]),
    );
    expect(statements).toEqual([
      ['Allow', ['s3:GetObject'], [{ 'Fn::Sub': `\${SalesStagingBucket.Arn}/*` }]],
      ['Allow', ['s3:ListBucket', 's3:GetBucketLocation'], [{ 'Fn::GetAtt': ['SalesStagingBucket', 'Arn'] }]],
    ]);
    expect(AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        { Principal: { Service: ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'] } },
      ],
    });
  });
});

it('serverless package rejects an invalid parameter value', async () => {
  await expect(packageStack('test', 'shipping=of')).rejects.toThrow(
    'parameter shipping: must be "on" or "off", received "of"',
  );
}, 120_000);

describe('an invalid parameter is rejected with its name, rule and value:', () => {
  it.each([
    ['shipping=of', 'parameter shipping: must be "on" or "off", received "of"'],
    ['sales=true', 'parameter sales: must be "on" or "off", received "true"'],
    [
      'salesBatchingWindow=0',
      'parameter salesBatchingWindow: must be a whole number from 1 to 300, received "0"',
    ],
    [
      'salesBatchingWindow=five',
      'parameter salesBatchingWindow: must be a whole number from 1 to 300, received "five"',
    ],
    ['salesBatchSize=9', 'parameter salesBatchSize: must be a whole number from 10 to 10000, received "9"'],
    [
      'salesBatchSize=10001',
      'parameter salesBatchSize: must be a whole number from 10 to 10000, received "10001"',
    ],
    [
      'salesBatchSize=5e3',
      'parameter salesBatchSize: must be a whole number from 10 to 10000, received "5e3"',
    ],
    [
      'databaseDeletionPolicy=Keep',
      'parameter databaseDeletionPolicy: must be "Delete" or "Snapshot", received "Keep"',
    ],
  ])('%s', async (param, message) => {
    await expect(resolveWith(param)).rejects.toThrow(message);
  });
});
