import { expect, test } from 'vitest';
import { listReferences } from '../../local/stack/list-references.ts';

test('listReferences finds references at any depth, in document order', () => {
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

test('listReferences finds the placeholders of Fn::Sub, except escaped ones', () => {
  const template = `\${Bucket.Arn}/\${AWS::AccountId}/\${!Literal}`;
  expect(listReferences({ 'Fn::Sub': template })).toEqual(['Bucket.Arn', 'AWS::AccountId']);
  expect(listReferences({ text: template })).toEqual([]);
});

test('listReferences finds nothing in text, numbers, null and undefined', () => {
  expect(listReferences([null, undefined, 1, 'OrderQueue', { Ref: 1 }])).toEqual([]);
});
