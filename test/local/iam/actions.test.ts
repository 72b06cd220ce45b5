import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ACTIONS, KNOWN_ACTIONS, needsOf } from '../../../local/iam/actions.ts';
import { publishActions } from '../../../local/sns/publish-actions.ts';
import { subscriptionActions } from '../../../local/sns/subscription-actions.ts';
import { topicActions } from '../../../local/sns/topic-actions.ts';
import { messageActions } from '../../../local/sqs/message-actions.ts';
import { queueActions } from '../../../local/sqs/queue-actions.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');

describe('the table of actions', () => {
  test.each([
    ['SQS', ACTIONS.sqs, { ...queueActions, ...messageActions }],
    ['SNS', ACTIONS.sns, { ...topicActions, ...subscriptionActions, ...publishActions }],
  ])('has each operation of %s', (_service, table, operations) => {
    expect(Object.keys(operations).filter((operation) => !table.has(operation))).toEqual([]);
  });

  test('refuses to name the needs of an operation that it lacks', () => {
    expect(() => needsOf(ACTIONS.sqs, 'EmptyQueue')).toThrow(
      'the actions that EmptyQueue needs are unknown, add it to local/iam/actions.ts',
    );
  });

  test('gives a batch the action of its entries', () => {
    expect(needsOf(ACTIONS.sqs, 'SendMessageBatch')).toEqual([{ action: 'sqs:SendMessage', on: 'queue' }]);
    expect(needsOf(ACTIONS.sns, 'PublishBatch')).toEqual([{ action: 'sns:Publish', on: 'topic' }]);
    expect([...KNOWN_ACTIONS].filter((action) => /^s[qn]s:\w+Batch$/.test(action))).toEqual([]);
  });
});

test('all actions that the stack and the policy of operators name are known', () => {
  const files = [
    'serverless.yml',
    'docs/operate-policy.json',
    ...listFiles('resources', /\.(yml|cjs)$/),
    ...listFiles('plugins', /\.cjs$/),
  ];
  const named = files.flatMap((file) =>
    Array.from(readFileSync(resolve(PROJECT, file), 'utf8').matchAll(ACTION), ([action]) => action),
  );
  const unknown = named.filter((action) => !KNOWN_ACTIONS.has(action) && !NOT_ACTIONS.includes(action));
  expect([...new Set(unknown)]).toEqual([]);
  expect(named).toContain('rds-data:ExecuteStatement');
});

/** For example `rds-data:ExecuteStatement`, but neither `s3:ObjectCreated:*` nor `aws:SourceArn`. */
const ACTION = /(?<![\w:-])(?!aws:)[a-z][a-z0-9-]+:[A-Z][A-Za-z]+(?![\w:])/g;
/** A scalable dimension, and condition keys. */
const NOT_ACTIONS = ['service:DesiredCount', 'lambda:FunctionArn'];

const listFiles = (directory: string, name: RegExp): string[] =>
  readdirSync(resolve(PROJECT, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
    .map((file) => `${directory}/${file}`);
