import type { Queue } from './queue.ts';
import { invalidParameter, missingParameter } from './sqs-error.ts';

/** A permission as AddPermission receives it. */
export interface Permission {
  label: string;
  accountIds: readonly string[];
  actions: readonly string[];
}

interface Policy {
  Version: string;
  Id: string;
  Statement: { Sid?: string }[];
}

/**
 * Returns the queue's policy with a statement for the permission.
 *
 * @throws AwsError `MissingParameter` or `InvalidParameterValue`
 */
export function addPermission(queue: Queue, { label, accountIds, actions }: Permission): string {
  if (accountIds.length === 0) throw missingParameter('AWSAccountIds');
  if (actions.length === 0) throw missingParameter('Actions');
  const policy = readPolicy(queue);
  if (policy.Statement.some(({ Sid }) => Sid === label)) {
    throw invalidParameter('Label', label, 'Already exists.');
  }
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrAll(accountIds.map((id) => `arn:aws:iam::${id}:root`)) },
    Action: oneOrAll(actions.map((action) => `SQS:${action}`)),
    Resource: queue.arn,
  };
  return JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] });
}

/**
 * Returns the queue's policy without the statement of this label; empty if no statement is left.
 *
 * @throws AwsError `InvalidParameterValue` for an unknown label
 */
export function removePermission(queue: Queue, label: string): string {
  const policy = readPolicy(queue);
  const Statement = policy.Statement.filter(({ Sid }) => Sid !== label);
  if (Statement.length === policy.Statement.length) {
    throw invalidParameter('Label', label, "can't find label.");
  }
  return Statement.length > 0 ? JSON.stringify({ ...policy, Statement }) : '';
}

function readPolicy({ attributes, arn }: Queue): Policy {
  const empty = { Version: '2008-10-17', Id: `${arn}/SQSDefaultPolicy`, Statement: [] };
  const policy: Policy = { ...empty, ...JSON.parse(attributes.Policy ?? '{}') };
  return { ...policy, Statement: [policy.Statement].flat() };
}

const oneOrAll = (values: string[]): string | string[] => (values.length === 1 ? (values[0] ?? '') : values);
