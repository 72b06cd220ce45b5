import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStatements, type Statement } from '../../cli/template/template.ts';
import { packageStack } from '../run-serverless.ts';
import { FLEETS, JWT, withParts } from './parameter-sets.ts';

const FOLDER = resolve(import.meta.dirname, '../../docs/deploy-policy');
/** Maximum size of a managed policy, in characters without white space. */
const MAX_POLICY_LENGTH = 6_144;

/**
 * The permissions that CloudFormation needs to create and delete a resource of each type: "handlers" in its schema.
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
 */
const NEEDED: Record<string, string[]> = {
  'AWS::ApiGatewayV2::Api': ['apigateway:POST', 'apigateway:DELETE'],
  'AWS::ApiGatewayV2::Authorizer': ['apigateway:POST', 'apigateway:DELETE'],
  'AWS::ApiGatewayV2::Integration': ['apigateway:POST', 'apigateway:DELETE'],
  'AWS::ApiGatewayV2::Route': ['apigateway:POST', 'apigateway:DELETE'],
  'AWS::ApiGatewayV2::Stage': ['apigateway:POST', 'apigateway:DELETE', 'logs:CreateLogDelivery'],
  'AWS::ApplicationAutoScaling::ScalableTarget': [
    'application-autoscaling:RegisterScalableTarget',
    'application-autoscaling:DeregisterScalableTarget',
  ],
  'AWS::ApplicationAutoScaling::ScalingPolicy': [
    'application-autoscaling:PutScalingPolicy',
    'application-autoscaling:DeleteScalingPolicy',
  ],
  'AWS::AutoScaling::AutoScalingGroup': [
    'autoscaling:CreateAutoScalingGroup',
    'autoscaling:EnableMetricsCollection',
    'autoscaling:DeleteAutoScalingGroup',
    'ec2:RunInstances',
    'ssm:GetParameters',
  ],
  'AWS::AutoScaling::ScalingPolicy': ['autoscaling:PutScalingPolicy', 'autoscaling:DeletePolicy'],
  'AWS::CloudWatch::Alarm': ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'],
  'AWS::CloudWatch::Dashboard': ['cloudwatch:PutDashboard', 'cloudwatch:DeleteDashboards'],
  'AWS::DynamoDB::Table': ['dynamodb:CreateTable', 'dynamodb:UpdateTimeToLive', 'dynamodb:DeleteTable'],
  'AWS::EC2::InternetGateway': ['ec2:CreateInternetGateway', 'ec2:DeleteInternetGateway'],
  'AWS::EC2::LaunchTemplate': ['ec2:CreateLaunchTemplate', 'ec2:DeleteLaunchTemplate'],
  'AWS::EC2::Route': ['ec2:CreateRoute', 'ec2:DeleteRoute'],
  'AWS::EC2::RouteTable': ['ec2:CreateRouteTable', 'ec2:DeleteRouteTable'],
  'AWS::EC2::SecurityGroup': [
    'ec2:CreateSecurityGroup',
    'ec2:AuthorizeSecurityGroupEgress',
    'ec2:DeleteSecurityGroup',
  ],
  'AWS::EC2::Subnet': ['ec2:CreateSubnet', 'ec2:DeleteSubnet'],
  'AWS::EC2::SubnetRouteTableAssociation': ['ec2:AssociateRouteTable', 'ec2:DisassociateRouteTable'],
  'AWS::EC2::VPC': ['ec2:CreateVpc', 'ec2:ModifyVpcAttribute', 'ec2:DeleteVpc'],
  'AWS::EC2::VPCEndpoint': ['ec2:CreateVpcEndpoint', 'ec2:DeleteVpcEndpoints'],
  'AWS::EC2::VPCGatewayAttachment': ['ec2:AttachInternetGateway', 'ec2:DetachInternetGateway'],
  'AWS::ECS::Cluster': ['ecs:CreateCluster', 'ecs:DeleteCluster'],
  'AWS::ECS::Service': ['ecs:CreateService', 'ecs:DeleteService'],
  'AWS::ECS::TaskDefinition': ['ecs:RegisterTaskDefinition', 'ecs:DeregisterTaskDefinition', 'iam:PassRole'],
  'AWS::Events::Rule': ['events:PutRule', 'events:PutTargets', 'events:RemoveTargets', 'events:DeleteRule'],
  'AWS::IAM::InstanceProfile': [
    'iam:CreateInstanceProfile',
    'iam:AddRoleToInstanceProfile',
    'iam:DeleteInstanceProfile',
  ],
  'AWS::IAM::Policy': ['iam:PutRolePolicy', 'iam:DeleteRolePolicy'],
  'AWS::IAM::Role': ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:DeleteRole'],
  'AWS::KMS::Key': ['kms:CreateKey', 'kms:EnableKeyRotation', 'kms:ScheduleKeyDeletion'],
  'AWS::Lambda::EventInvokeConfig': [
    'lambda:PutFunctionEventInvokeConfig',
    'lambda:DeleteFunctionEventInvokeConfig',
  ],
  'AWS::Lambda::EventSourceMapping': ['lambda:CreateEventSourceMapping', 'lambda:DeleteEventSourceMapping'],
  'AWS::Lambda::Function': [
    'lambda:CreateFunction',
    'lambda:DeleteFunction',
    'iam:PassRole',
    's3:GetObject',
    'lambda:InvokeFunction',
  ],
  'AWS::Lambda::Permission': ['lambda:AddPermission', 'lambda:RemovePermission'],
  'AWS::Logs::LogGroup': ['logs:CreateLogGroup', 'logs:PutRetentionPolicy', 'logs:DeleteLogGroup'],
  'AWS::RDS::DBCluster': ['rds:CreateDBCluster', 'rds:DeleteDBCluster', 'secretsmanager:CreateSecret'],
  'AWS::RDS::DBInstance': ['rds:CreateDBInstance', 'rds:DeleteDBInstance'],
  'AWS::RDS::DBSubnetGroup': ['rds:CreateDBSubnetGroup', 'rds:DeleteDBSubnetGroup'],
  'AWS::RedshiftServerless::Namespace': [
    'redshift-serverless:CreateNamespace',
    'redshift-serverless:DeleteNamespace',
    'secretsmanager:GetSecretValue',
  ],
  'AWS::RedshiftServerless::Workgroup': [
    'redshift-serverless:CreateWorkgroup',
    'redshift-serverless:DeleteWorkgroup',
  ],
  'AWS::S3::Bucket': ['s3:CreateBucket', 's3:PutBucketNotification', 's3:DeleteBucket'],
  'AWS::S3::BucketPolicy': ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
  'AWS::SNS::Subscription': ['sns:Subscribe', 'sns:Unsubscribe'],
  'AWS::SNS::Topic': ['sns:CreateTopic', 'sns:DeleteTopic'],
  'AWS::SNS::TopicPolicy': ['sns:SetTopicAttributes'],
  'AWS::SQS::Queue': ['sqs:CreateQueue', 'sqs:DeleteQueue'],
  'AWS::SQS::QueuePolicy': ['sqs:SetQueueAttributes'],
  'AWS::SecretsManager::Secret': [
    'secretsmanager:CreateSecret',
    'secretsmanager:GetRandomPassword',
    'secretsmanager:DeleteSecret',
  ],
};

const readPolicy = (name: string) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
const statementsOf = (...names: string[]): Statement[] =>
  names.flatMap((name) => readStatements(readPolicy(name)));

/** Returns whether an allowed action, which may end in `*`, includes the needed one. */
const covers = (statements: readonly Statement[], needed: string): boolean =>
  statements.some(({ Action }) =>
    Action.some((action) =>
      action.endsWith('*') ? needed.startsWith(action.slice(0, -1)) : action === needed,
    ),
  );

describe('the deploy policies', () => {
  it('each fit into a managed policy', () => {
    const names = readdirSync(FOLDER);
    expect(names.toSorted()).toEqual(['core.json', 'databases.json', 'worker-fleet.json']);
    for (const name of names) {
      expect(JSON.stringify(readPolicy(name)).length, name).toBeLessThanOrEqual(MAX_POLICY_LENGTH);
    }
  });

  it.each<[string, string[], string[]]>([
    ['the core', withParts('off', 'off'), ['core.json']],
    ['the core with tokens', JWT, ['core.json', 'databases.json']],
    ['shipping and sales', [], ['core.json', 'databases.json']],
    ['a fleet of instances', FLEETS.ec2, ['core.json', 'databases.json', 'worker-fleet.json']],
    ['a fleet of containers', FLEETS.ecs, ['core.json', 'databases.json', 'worker-fleet.json']],
  ])(
    'allow CloudFormation to create and delete each type of resource of %s',
    { timeout: 120_000 },
    async (_what, params, names) => {
      const { template } = await packageStack('test', ...params);
      const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
      expect([...types].filter((type) => !NEEDED[type])).toEqual([]);
      const statements = statementsOf(...names);
      const missing = [...types].flatMap((type) =>
        NEEDED[type]?.filter((action) => !covers(statements, action)),
      );
      expect(missing).toEqual([]);
    },
  );

  it('allow no wildcard actions that write, and only roles of this service', () => {
    const statements = statementsOf('core.json', 'databases.json', 'worker-fleet.json');
    for (const { Effect, Action, Resource, Condition } of statements) {
      expect(Effect).toBe('Allow');
      for (const action of Action) expect(action).toMatch(/^[a-z0-9-]+:([A-Za-z]+|Describe\*|Get\*|List\*)$/);
      const isAboutRoles = Action.some((action) => /^iam:.*(Role|Profile)/.test(action));
      if (!isAboutRoles) continue;
      for (const resource of Resource)
        expect(resource).toMatch(/(role|instance-profile)\/(order-pipeline-\*|aws-service-role\/\*)$/);
      if (Action.includes('iam:PassRole')) {
        expect(Condition?.StringEquals?.['iam:PassedToService']).toBeDefined();
      }
    }
  });
});
