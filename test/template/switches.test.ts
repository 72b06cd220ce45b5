import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, readStatements, resourcesOf, type Template } from '../../cli/template/template.ts';
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

/** By the two switches' values. */
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
  const isOn = { shipping: shipping === 'on', sales: sales === 'on' };
  let template: Template;
  beforeAll(() => {
    template = templateOf(shipping, sales);
  });

  it('refers to nothing that it does not hold', () => {
    expect(listDangling(template)).toEqual([]);
  });

  it('is the whole stack without what is off', () => {
    const expected = idsOf(templateOf('on', 'on')).filter(
      (id) =>
        (isOn.shipping || !/Shipping|Fulfillment|Restock/.test(id)) &&
        (isOn.sales || !/Sales|Analytics|Report/.test(id)) &&
        (isOn.shipping || isOn.sales || !/^Database/.test(id)),
    );
    expect(idsOf(template).toSorted()).toEqual(expected.toSorted());
  });

  it('pays for the services only that it uses', () => {
    const services = new Set(Object.values(template.Resources).map(({ Type }) => Type.split('::')[1]));
    expect(services.has('RDS')).toBe(isOn.shipping);
    expect(services.has('RedshiftServerless')).toBe(isOn.sales);
    expect(services.has('SecretsManager')).toBe(isOn.sales);
    expect(services.has('EC2')).toBe(isOn.shipping || isOn.sales);
    expect(resourcesOf(template, 'AWS::SQS::Queue')).toHaveLength(
      4 + (isOn.shipping ? 2 : 0) + (isOn.sales ? 2 : 0),
    );
    expect(resourcesOf(template, 'AWS::Lambda::Function')).toHaveLength(
      7 + (isOn.shipping ? 2 : 0) + (isOn.sales ? 2 : 0),
    );
  });

  it('has a network where there is a database, and never a way out of it', () => {
    const network = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::EC2::'));
    const expected = ['SecurityGroup', 'Subnet', 'Subnet', 'VPC'].map((type) => `AWS::EC2::${type}`);
    expect(network.map(({ Type }) => Type).toSorted()).toEqual(isOn.shipping || isOn.sales ? expected : []);
  });

  it('tells the story and the migrations of what is on', () => {
    const given = (isGiven: boolean) => (isGiven ? expect.any(Object) : '');
    const databases = {
      SHIPPING_DATABASE_ARN: given(isOn.shipping),
      SHIPPING_DATABASE_SECRET_ARN: given(isOn.shipping),
      SALES_WAREHOUSE_ARN: given(isOn.sales),
      SALES_WAREHOUSE_SECRET_ARN: given(isOn.sales),
    };
    expect(environmentOf(template, 'StoryLambdaFunction')).toMatchObject(databases);
    expect(environmentOf(template, 'MigrateLambdaFunction')).toMatchObject(databases);
    const attached = resourcesOf(template, 'AWS::IAM::Policy').filter(([, { Roles }]) =>
      JSON.stringify(Roles).includes('MigrateIamRoleLambdaExecution'),
    );
    expect(attached.map(([id]) => id)).toEqual([
      ...(isOn.shipping ? ['ShippingDatabaseAccess', 'ShippingDatabaseTransactions'] : []),
      ...(isOn.sales ? ['SalesWarehouseAccess', 'SalesWarehouseTransactions'] : []),
    ]);
  });
});

describe('the databases', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf('on', 'on');
  });

  it('live in isolated subnets of two availability zones', () => {
    const subnets = resourcesOf(template, 'AWS::EC2::Subnet').map(([, subnet]) => subnet);
    expect(subnets.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual(
      [0, 1].map((index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] })),
    );
    expect(subnets.filter(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch)).toEqual([]);
  });

  it('are closed in both directions', () => {
    const group = propertiesOf(template, 'DatabaseSecurityGroup');
    expect(group.SecurityGroupIngress).toBeUndefined();
    expect(group.SecurityGroupEgress).toMatchObject([{ IpProtocol: '-1', CidrIp: '127.0.0.1/32' }]);
  });

  it('include an encrypted Aurora cluster that pauses, and that only the Data API reaches', () => {
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

  it('include a Redshift workgroup of the least capacity that nobody reaches from outside', () => {
    expect(propertiesOf(template, 'SalesWarehouse')).toMatchObject({
      NamespaceName: { Ref: 'SalesNamespace' },
      BaseCapacity: 4,
      MaxCapacity: 8,
      PubliclyAccessible: false,
      EnhancedVpcRouting: false,
      SecurityGroupIds: [{ Ref: 'DatabaseSecurityGroup' }],
    });
  });

  it('have passwords that no template holds', () => {
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

  it('read staged sales with a role that can do nothing else', () => {
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

it('a parameter with a value that it does not know is refused by the command', async () => {
  await expect(packageStack('test', 'shipping=of')).rejects.toThrow(
    'parameter shipping: must be "on" or "off", received "of"',
  );
}, 120_000);

describe('a parameter with a value that it does not know is refused by name:', () => {
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
