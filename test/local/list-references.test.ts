import { expect, test } from 'vitest';
import { listReferences } from '../../local/stack/list-references.ts';

test('references are found at any depth, in the order in which they stand', () => {
  const value = {
    Queue: { Ref: 'OrderQueue' },
    Statement: [
      { Resource: { 'Fn::GetAtt': ['OrderQueue', 'Arn'] } },
      { Resource: { 'Fn::GetAtt': ['Warehouse', 'Workgroup.Arn'] } },
    ],
    Join: { 'Fn::Join': ['/', ['text', { Ref: 'AWS::Region' }]] },
  };
  expect(listReferences(value)).toEqual([
    'OrderQueue',
    'OrderQueue.Arn',
    'Warehouse.Workgroup.Arn',
    'AWS::Region',
  ]);
});

test('Fn::Sub refers to what its placeholders name, unless they begin with an exclamation mark', () => {
  const template = `\${Bucket.Arn}/\${AWS::AccountId}/\${!Literal}`;
  expect(listReferences({ 'Fn::Sub': template })).toEqual(['Bucket.Arn', 'AWS::AccountId']);
  expect(listReferences({ text: template })).toEqual([]);
});

test('text, numbers and nothing refer to nothing', () => {
  expect(listReferences([null, undefined, 1, 'OrderQueue', { Ref: 1 }])).toEqual([]);
});
