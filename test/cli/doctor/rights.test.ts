import { describe, expect, it } from 'vitest';
import { findUnused, renderUnused } from '../../../cli/doctor/rights.ts';

const SOURCES = new Map([
  [
    'serverless.yml',
    `functions:
  - mailer:
      iamRoleStatements:
        - Effect: Allow
          Action: sns:Publish
    ingest:
      iamRoleStatements:
        - Effect: Allow
          Action: s3:GetObject
        # For results.
        # Unused in the embedded cloud: no file is that large.
        - Effect: Allow
          Action: [s3:GetObject, s3:PutObject]
        # Unused in the embedded cloud: sqs:PurgeQueue and sqs:TagQueue are for operators.
        # Unused in the embedded cloud: sqs:DeleteQueue is for the end.
        - Effect: Allow
          Action: [sqs:PurgeQueue, sqs:TagQueue, sqs:DeleteQueue, sqs:SendMessage]
`,
  ],
  [
    'resources/sales.yml',
    `Resources:
  SalesAccess:
    Metadata:
      WildcardReasons:
        redshift-data:DescribeStatement: They have no ARN.
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: redshift-data:DescribeStatement # Unused in the embedded cloud: it has no warehouse
`,
  ],
  ['plugins/trim-roles.cjs', "const CHANGE_VISIBILITY = 'sqs:ChangeMessageVisibility';\n"],
]);

const INGEST = 'IngestIamRoleLambdaExecution.Policies[0].Statement';
const grant = (place: string, action: string, used = false) => ({
  role: place.split('.')[0] ?? '',
  place,
  action,
  resource: '*',
  used,
});
const GRANTS = [
  grant('MailerIamRoleLambdaExecution.Policies[0].Statement[1]', 'sns:Publish', true),
  grant(`${INGEST}[0]`, 'logs:PutLogEvents'),
  grant(`${INGEST}[1]`, 's3:GetObject', true),
  grant(`${INGEST}[2]`, 's3:GetObject'),
  grant(`${INGEST}[2]`, 's3:PutObject'),
  grant(`${INGEST}[3]`, 'sqs:ChangeMessageVisibility'),
  grant(`${INGEST}[4]`, 'sqs:DeleteMessage'),
  grant('SalesAccess.Statement[0]', 'redshift-data:DescribeStatement'),
];

describe('rights that no request used', () => {
  it('have the line that grants them and the reason beside it, and logs and traces are not among them', () => {
    const found = findUnused(GRANTS, SOURCES);
    expect(found.map(({ action, source, reason }) => [action, source, reason])).toEqual([
      ['s3:GetObject', 'serverless.yml:13', 'no file is that large.'],
      ['s3:PutObject', 'serverless.yml:13', 'no file is that large.'],
      ['sqs:ChangeMessageVisibility', 'plugins/trim-roles.cjs:1', undefined],
      ['sqs:DeleteMessage', undefined, undefined],
      ['redshift-data:DescribeStatement', 'resources/sales.yml:10', 'it has no warehouse'],
    ]);
  });

  it('have no reason that names other actions', () => {
    const actions = ['sqs:PurgeQueue', 'sqs:TagQueue', 'sqs:DeleteQueue', 'sqs:SendMessage'];
    const found = findUnused(
      actions.map((action) => grant(`${INGEST}[5]`, action)),
      SOURCES,
    );
    expect(found.map(({ action, reason }) => [action, reason])).toEqual([
      ['sqs:PurgeQueue', 'sqs:PurgeQueue and sqs:TagQueue are for operators.'],
      ['sqs:TagQueue', 'sqs:PurgeQueue and sqs:TagQueue are for operators.'],
      ['sqs:DeleteQueue', 'sqs:DeleteQueue is for the end.'],
      ['sqs:SendMessage', undefined],
    ]);
  });

  it('are listed by role', () => {
    const [, , visibility, deletion, describe] = findUnused(GRANTS, SOURCES);
    expect(renderUnused([visibility, deletion, describe].flatMap((right) => right ?? []))).toBe(
      `IngestIamRoleLambdaExecution
  sqs:ChangeMessageVisibility on *
    granted by plugins/trim-roles.cjs:1
  sqs:DeleteMessage on *
    granted by a plugin

SalesAccess
  redshift-data:DescribeStatement on *
    granted by resources/sales.yml:10, unused because it has no warehouse
`,
    );
    expect(renderUnused([])).toBe('Every right was used.\n');
  });
});
