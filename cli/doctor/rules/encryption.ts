import { listPolicyStatements } from '../../template/policy-statements.ts';
import { listPublishers, type Publisher } from '../../template/publishers.ts';
import { asText, findReferred } from '../../template/references.ts';
import { propertiesOf, readList, readProperty, resourcesOf, type Template } from '../../template/template.ts';
import { type Check, check, onPage, type Rule } from '../rule.ts';

// Properties that enable encryption at rest, by resource type. The first one present counts. Redshift Serverless always encrypts.
const SETTINGS: Record<string, string[]> = {
  'AWS::SQS::Queue': ['KmsMasterKeyId', 'SqsManagedSseEnabled'],
  'AWS::SNS::Topic': ['KmsMasterKeyId'],
  'AWS::S3::Bucket': ['BucketEncryption'],
  'AWS::DynamoDB::Table': ['SSESpecification.SSEEnabled'],
  'AWS::RDS::DBCluster': ['StorageEncrypted'],
  'AWS::Redshift::Cluster': ['Encrypted'],
};

// The key permissions that a service needs to send messages to an encrypted topic or queue.
const NEEDED = ['kms:GenerateDataKey', 'kms:Decrypt'];

/** AWS managed keys. Their policies cannot be changed to allow another service. */
const AWS_KEY = /(^|:)alias\/aws\/(sqs|sns)$/;

export const encryption: Rule = {
  id: 'encryption',
  title: 'Data is encrypted, with keys that the delivering services may use',
  page: 'https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html',
  examine: (template) => [
    ...onPage(
      'https://docs.aws.amazon.com/prescriptive-guidance/latest/encryption-best-practices/welcome.html',
      examineSettings(template),
    ),
    ...listPublishers(template).map((publisher) => examineKey(template, publisher)),
  ],
};

const examineSettings = (template: Template): Check[] =>
  Object.entries(SETTINGS).flatMap(([type, paths]) =>
    resourcesOf(template, type).map(([id, properties]) => {
      const values = paths.map((path) => readProperty(properties, path));
      const value = values.find((each) => each !== undefined);
      const holds = value !== undefined && String(value) !== 'false';
      return check(`${id}.${paths.at(-1)}`, holds, value, `encryption, by ${paths.join(' or ')}`);
    }),
  );

/** Checks that a publisher may use the key of its target. The policy of a key outside this template is unknown. */
function examineKey(template: Template, { target, service, source }: Publisher): Check {
  const place = `${target}.KmsMasterKeyId`;
  const { KmsMasterKeyId: key } = propertiesOf(template, target);
  if (key === undefined) return { place };
  if (AWS_KEY.test(asText(key))) {
    return check(place, false, key, `a key of this account whose policy allows ${service} for ${source}`);
  }
  const keyId = findKey(template, key);
  if (!keyId) return { place };
  const granted = listPolicyStatements(template)
    .filter(({ id, statement }) => id === keyId && statement.Effect === 'Allow')
    .filter(({ statement }) => readList(readProperty(statement.Principal, 'Service')).includes(service))
    .flatMap(({ statement }) => statement.Action);
  const missing = NEEDED.filter((action) => !granted.some((pattern) => matches(pattern, action)));
  return check(
    `${keyId}.KeyPolicy`,
    missing.length === 0,
    `${granted.join(', ') || 'nothing'} for ${service}`,
    `${NEEDED.join(' and ')} for ${service}, because ${source} sends messages to ${target}`,
  );
}

function findKey(template: Template, value: unknown): string | undefined {
  const alias = findReferred(template, 'AWS::KMS::Alias', value);
  const key = alias === undefined ? value : propertiesOf(template, alias).TargetKeyId;
  return findReferred(template, 'AWS::KMS::Key', key);
}

const matches = (pattern: string, action: string): boolean =>
  pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern;
