import { listPolicyStatements } from '../../template/policy-statements.ts';
import { asText } from '../../template/references.ts';
import { readList, readProperty, resourcesOf, type Template } from '../../template/template.ts';
import { type Check, check, onPage, type Rule } from '../rule.ts';

const BLOCKS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
const EVERYWHERE = ['0.0.0.0/0', '::/0'];
/** The property that requires authorization, by resource type. */
const HTTP = [
  ['AWS::ApiGatewayV2::Route', 'AuthorizationType'],
  ['AWS::ApiGateway::Method', 'AuthorizationType'],
  ['AWS::Lambda::Url', 'AuthType'],
] as const;
const DATABASES = ['AWS::RDS::DBInstance', 'AWS::RedshiftServerless::Workgroup', 'AWS::Redshift::Cluster'];

export const publicAccess: Rule = {
  id: 'public-access',
  title: 'Nothing is publicly accessible',
  page: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html',
  examine: (template) => [
    ...examineBuckets(template),
    ...onPage(
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html',
      examineHttp(template),
    ),
    ...onPage(
      'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html',
      examineDatabases(template),
    ),
    ...onPage(
      'https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html',
      examineSecurityGroups(template),
    ),
    ...onPage(
      'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html',
      examinePolicies(template),
    ),
    ...onPage(
      'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html',
      examineLaunchTemplates(template),
    ),
  ],
};

const isTrue = (value: unknown): boolean => String(value) === 'true';

const examineBuckets = (template: Template): Check[] =>
  resourcesOf(template, 'AWS::S3::Bucket').flatMap(([id, bucket]) =>
    BLOCKS.map((block) => {
      const path = `PublicAccessBlockConfiguration.${block}`;
      const value = readProperty(bucket, path);
      return check(`${id}.${path}`, isTrue(value), value, 'true');
    }),
  );

const examineHttp = (template: Template): Check[] =>
  HTTP.flatMap(([type, property]) =>
    resourcesOf(template, type).map(([id, { [property]: value }]) =>
      check(`${id}.${property}`, value !== undefined && value !== 'NONE', value, 'AWS_IAM, or an authorizer'),
    ),
  );

/** The property must be present, because its default depends on the subnets. */
const examineDatabases = (template: Template): Check[] =>
  DATABASES.flatMap((type) => resourcesOf(template, type)).map(([id, { PubliclyAccessible }]) =>
    check(`${id}.PubliclyAccessible`, String(PubliclyAccessible) === 'false', PubliclyAccessible, 'false'),
  );

function examineSecurityGroups(template: Template): Check[] {
  const checkRules = (place: string, rules: unknown[]) => {
    const ranges = rules.flatMap((rule) => [readProperty(rule, 'CidrIp'), readProperty(rule, 'CidrIpv6')]);
    const open = ranges.find((range) => EVERYWHERE.includes(String(range)));
    return check(place, open === undefined, open, 'a narrower range, or a security group');
  };
  return [
    ...resourcesOf(template, 'AWS::EC2::SecurityGroup').map(([id, { SecurityGroupIngress }]) =>
      checkRules(`${id}.SecurityGroupIngress`, readList(SecurityGroupIngress)),
    ),
    ...resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').map(([id, rule]) => checkRules(id, [rule])),
  ];
}

const isEveryone = (principal: unknown): boolean =>
  principal === '*' || readList(readProperty(principal, 'AWS')).includes('*');

const examinePolicies = (template: Template): Check[] => [
  ...listPolicyStatements(template)
    .filter(({ statement: { Effect, Principal } }) => Effect === 'Allow' && Principal !== undefined)
    .map(({ place, statement: { Principal, Condition = {} } }) =>
      check(
        `${place}.Principal`,
        !isEveryone(Principal) || Object.keys(Condition).length > 0,
        asText(Principal),
        'a specific principal, or a condition',
      ),
    ),
  ...resourcesOf(template, 'AWS::Lambda::Permission').map(([id, { Principal }]) =>
    check(`${id}.Principal`, Principal !== '*', Principal, 'an account or a service'),
  ),
];

/** Without session tokens (IMDSv2), a server-side request forgery on the instance exposes its role's credentials. */
const examineLaunchTemplates = (template: Template): Check[] =>
  resourcesOf(template, 'AWS::EC2::LaunchTemplate').map(([id, launchTemplate]) => {
    const path = 'LaunchTemplateData.MetadataOptions.HttpTokens';
    const value = readProperty(launchTemplate, path);
    return check(`${id}.${path}`, value === 'required', value, 'required');
  });
