import { propertiesOf, type Template } from '../../../cli/template/template.ts';
import { addResource, type Broken, type Sound, setProperty, statementOf } from './broken.ts';

const policyOf = (template: Template, id: string): unknown => propertiesOf(template, id).PolicyDocument;
const rolePolicyOf = (template: Template, id: string): unknown =>
  (propertiesOf(template, id).Policies as { PolicyDocument: unknown }[])[0]?.PolicyDocument;
const INTAKE_ROLE = 'IntakeIamRoleLambdaExecution';
/** The statement that allows intake to send messages. It follows the one for logs. */
const INTAKE_STATEMENT = `${INTAKE_ROLE}.Policies[0].PolicyDocument.Statement[1]`;
const METRICS = { Effect: 'Allow', Action: ['cloudwatch:PutMetricData'], Resource: '*' };

/** Changes that break rules about access. */
export const BROKEN_ACCESS: readonly Broken[] = [
  {
    rule: 'source-arn',
    what: 'a queue that any topic may send to',
    change: (template) => delete statementOf(policyOf(template, 'UploadQueuePolicy'), 'AllowTopic').Condition,
    expected: [['UploadQueuePolicy.PolicyDocument.Statement[AllowTopic].Condition.aws:SourceArn', 'nothing']],
  },
  {
    rule: 'source-arn',
    what: 'a topic that any bucket may publish to, with * as the source',
    change: (template) => {
      statementOf(policyOf(template, 'OrderUploadsTopicPolicy'), 'AllowUploadBucket').Condition = {
        ArnLike: { 'aws:SourceArn': '*' },
      };
    },
    expected: [
      ['OrderUploadsTopicPolicy.PolicyDocument.Statement[AllowUploadBucket].Condition.aws:SourceArn', '*'],
    ],
  },
  {
    rule: 'source-arn',
    what: 'a key whose condition allows requests without a source',
    change: (template) => {
      statementOf(propertiesOf(template, 'TopicKey').KeyPolicy, 'AllowUploadBucket').Condition = {
        ArnEqualsIfExists: { 'aws:SourceArn': { 'Fn::GetAtt': ['UploadBucket', 'Arn'] } },
      };
    },
    expected: [['TopicKey.KeyPolicy.Statement[AllowUploadBucket].Condition.aws:SourceArn', 'nothing']],
  },
  {
    rule: 'source-arn',
    what: 'a function that any HTTP API may invoke',
    change: (template) => setProperty(template, 'IntakeLambdaPermissionHttpApi', 'SourceArn'),
    expected: [['IntakeLambdaPermissionHttpApi.SourceArn', 'nothing']],
  },
  {
    rule: 'wildcards',
    what: 'a statement that allows all actions of a service',
    change: (template) => {
      statementOf(rolePolicyOf(template, INTAKE_ROLE), 1).Action = 'sqs:*';
    },
    expected: [[INTAKE_STATEMENT, 'sqs:*']],
  },
  {
    rule: 'wildcards',
    what: 'a statement that allows all resources',
    change: (template) => {
      statementOf(rolePolicyOf(template, INTAKE_ROLE), 1).Resource = '*';
    },
    expected: [[INTAKE_STATEMENT, 'sqs:SendMessage on *']],
  },
  {
    rule: 'wildcards',
    what: 'a statement that allows all queues of the account',
    change: (template) => {
      statementOf(rolePolicyOf(template, INTAKE_ROLE), 1).Resource = {
        'Fn::Sub': `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:*`,
      };
    },
    expected: [
      [
        INTAKE_STATEMENT,
        `sqs:SendMessage on arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:*`,
      ],
    ],
  },
  {
    rule: 'wildcards',
    what: 'a statement that allows all tables of the account',
    change: (template) => {
      const statement = statementOf(rolePolicyOf(template, INTAKE_ROLE), 1);
      statement.Action = 'dynamodb:GetItem';
      statement.Resource = 'arn:aws:dynamodb:us-east-1:123456789012:table/*';
    },
    expected: [[INTAKE_STATEMENT, 'dynamodb:GetItem on arn:aws:dynamodb:us-east-1:123456789012:table/*']],
  },
  {
    rule: 'wildcards',
    what: 'a statement that allows all actions but one',
    change: (template) => {
      const statement = statementOf(rolePolicyOf(template, INTAKE_ROLE), 1);
      delete statement.Action;
      statement.NotAction = 'sqs:DeleteQueue';
    },
    expected: [[INTAKE_STATEMENT, 'NotAction ["sqs:DeleteQueue"]']],
  },
  {
    rule: 'wildcards',
    what: 'a reason that is too short',
    change: (template) => {
      const { TopicKey } = template.Resources;
      if (TopicKey) TopicKey.Metadata = { WildcardReasons: { 'kms:*': 'It is needed.' } };
    },
    expected: [['TopicKey.KeyPolicy.Statement[AllowAccountThroughIam]', 'kms:*']],
  },
  {
    rule: 'wildcards',
    what: 'a reason for another action',
    change: (template) => {
      const document = rolePolicyOf(template, INTAKE_ROLE) as { Statement: unknown[] };
      document.Statement.push({ ...METRICS, Action: ['cloudwatch:ListMetrics', ...METRICS.Action] });
      giveReason(template, 'cloudwatch:PutMetricData');
    },
    expected: [[`${INTAKE_ROLE}.Policies[0].PolicyDocument.Statement[3]`, 'cloudwatch:ListMetrics on *']],
  },
  {
    rule: 'wildcards',
    what: 'an AWS managed policy',
    change: (template) =>
      setProperty(template, INTAKE_ROLE, 'ManagedPolicyArns', [
        'arn:aws:iam::aws:policy/AdministratorAccess',
      ]),
    expected: [[`${INTAKE_ROLE}.ManagedPolicyArns`, 'AdministratorAccess']],
  },
  {
    rule: 'tls-only',
    what: 'a queue that requires TLS only for sending',
    change: (template) => {
      statementOf(policyOf(template, 'OrderQueuePolicy'), 'DenyWithoutTls').Action = 'sqs:SendMessage';
    },
    expected: [['OrderQueue', 'nothing']],
  },
  {
    rule: 'tls-only',
    what: 'a topic without a policy',
    change: (template) => delete template.Resources.OrderEventsTopicPolicy,
    expected: [['OrderEventsTopic', 'nothing']],
  },
  {
    rule: 'tls-only',
    what: 'a bucket that requires TLS for the bucket but not for its objects',
    change: (template) => {
      statementOf(policyOf(template, 'ResultsBucketPolicy'), 'DenyWithoutTls').Resource = {
        'Fn::GetAtt': ['ResultsBucket', 'Arn'],
      };
    },
    expected: [['ResultsBucket', 'nothing']],
  },
  {
    rule: 'tls-only',
    what: 'a deployment bucket whose TLS condition is inverted',
    change: (template) => {
      statementOf(policyOf(template, 'ServerlessDeploymentBucketPolicy'), 0).Condition = {
        Bool: { 'aws:SecureTransport': true },
      };
    },
    expected: [['ServerlessDeploymentBucket', 'nothing']],
  },
  {
    rule: 'public-access',
    what: 'a bucket that may be made public',
    change: (template) =>
      setProperty(template, 'UploadBucket', 'PublicAccessBlockConfiguration.RestrictPublicBuckets', false),
    expected: [['UploadBucket.PublicAccessBlockConfiguration.RestrictPublicBuckets', 'false']],
  },
  {
    rule: 'public-access',
    what: 'HTTP routes without authorization',
    change: (template) => {
      setProperty(template, 'HttpApiRoutePostOrders', 'AuthorizationType', 'NONE');
      setProperty(template, 'HttpApiRouteGetReportsSales', 'AuthorizationType');
    },
    expected: [
      ['HttpApiRoutePostOrders.AuthorizationType', 'NONE'],
      ['HttpApiRouteGetReportsSales.AuthorizationType', 'nothing'],
    ],
  },
  {
    rule: 'public-access',
    what: 'databases that are publicly accessible or do not set the property',
    change: (template) => {
      setProperty(template, 'ShippingDatabaseInstance', 'PubliclyAccessible', true);
      setProperty(template, 'SalesWarehouse', 'PubliclyAccessible');
    },
    expected: [
      ['ShippingDatabaseInstance.PubliclyAccessible', 'true'],
      ['SalesWarehouse.PubliclyAccessible', 'nothing'],
    ],
  },
  {
    rule: 'public-access',
    what: 'a security group that allows all addresses',
    change: (template) => {
      setProperty(template, 'DatabaseSecurityGroup', 'SecurityGroupIngress', [
        { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, CidrIp: '10.0.0.0/24' },
        { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, CidrIpv6: '::/0' },
      ]);
      addResource(template, 'Door', 'AWS::EC2::SecurityGroupIngress', { CidrIp: '0.0.0.0/0' });
    },
    expected: [
      ['DatabaseSecurityGroup.SecurityGroupIngress', '::/0'],
      ['Door', '0.0.0.0/0'],
    ],
  },
  {
    rule: 'public-access',
    what: 'a policy that allows everyone',
    change: (template) => {
      const statement = statementOf(policyOf(template, 'UploadQueuePolicy'), 'AllowTopic');
      statement.Principal = { AWS: '*' };
      delete statement.Condition;
    },
    expected: [['UploadQueuePolicy.PolicyDocument.Statement[AllowTopic].Principal', '{"AWS":"*"}']],
  },
  {
    rule: 'public-access',
    what: 'instances that do not require IMDSv2',
    change: (template) =>
      addResource(template, 'WorkerTemplate', 'AWS::EC2::LaunchTemplate', {
        LaunchTemplateData: { MetadataOptions: { HttpTokens: 'optional' } },
      }),
    expected: [['WorkerTemplate.LaunchTemplateData.MetadataOptions.HttpTokens', 'optional']],
  },
];

export const SOUND_ACCESS: readonly Sound[] = [
  {
    what: 'a wildcard with a reason',
    change: (template) => {
      (rolePolicyOf(template, INTAKE_ROLE) as { Statement: unknown[] }).Statement.push(METRICS);
      giveReason(template, 'cloudwatch:PutMetricData');
    },
  },
  {
    what: 'the objects of a bucket and the streams of a log group',
    change: (template) => {
      const statement = statementOf(rolePolicyOf(template, INTAKE_ROLE), 1);
      statement.Resource = [
        'arn:aws:s3:::bucket/*',
        'arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/name:*',
      ];
    },
  },
  {
    what: 'a policy that allows everyone under a condition',
    change: (template) => {
      const statement = statementOf(policyOf(template, 'UploadQueuePolicy'), 'AllowTopic');
      statement.Principal = '*';
    },
  },
];

function giveReason(template: Template, action: string): void {
  const resource = template.Resources[INTAKE_ROLE];
  if (!resource) throw new Error(`no ${INTAKE_ROLE}`);
  const reasons = { [action]: 'CloudWatch metrics have no ARN to name here.' };
  const others = resource.Metadata?.WildcardReasons as Record<string, string> | undefined;
  resource.Metadata = { WildcardReasons: { ...others, ...reasons } };
}
