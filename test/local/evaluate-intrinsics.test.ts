import { expect, test } from 'vitest';
import { evaluateIntrinsics } from '../../local/stack/evaluate-intrinsics.ts';

const attributes = new Map([
  ['OrderQueue', 'http://127.0.0.1:4566/000000000000/orders'],
  ['OrderQueue.Arn', 'arn:aws:sqs:us-east-1:000000000000:orders'],
  ['AWS::Region', 'us-east-1'],
]);
const evaluate = (value: unknown) => evaluateIntrinsics(value, attributes);

test('Ref, Fn::GetAtt and Fn::Sub give the values of resources and pseudo parameters', () => {
  expect(evaluate({ Ref: 'OrderQueue' })).toBe('http://127.0.0.1:4566/000000000000/orders');
  expect(evaluate({ Ref: 'AWS::Region' })).toBe('us-east-1');
  expect(evaluate({ 'Fn::GetAtt': ['OrderQueue', 'Arn'] })).toBe('arn:aws:sqs:us-east-1:000000000000:orders');
  expect(evaluate({ 'Fn::Sub': `\${AWS::Region}/\${OrderQueue.Arn}` })).toBe(
    'us-east-1/arn:aws:sqs:us-east-1:000000000000:orders',
  );
});

test('they are found at any depth, and all else stays as it is', () => {
  const region = { Ref: 'AWS::Region' };
  expect(
    evaluate({ list: [region, { deep: region }], count: 3, none: null, yes: true, text: `\${AWS::Region}` }),
  ).toEqual({
    list: ['us-east-1', { deep: 'us-east-1' }],
    count: 3,
    none: null,
    yes: true,
    text: `\${AWS::Region}`,
  });
  expect(evaluate({ Ref: 'is a field here', Type: 'of an object with others' })).toEqual({
    Ref: 'is a field here',
    Type: 'of an object with others',
  });
});

test('Fn::Sub leaves a placeholder with an exclamation mark to others', () => {
  expect(evaluate({ 'Fn::Sub': `\${!OrderQueue} in \${AWS::Region}` })).toBe(`\${OrderQueue} in us-east-1`);
});

test.for([
  ['a name that is not known', { Ref: 'PaymentQueue' }, 'PaymentQueue: the embedded cloud has no such'],
  ['an attribute that is not known', { 'Fn::GetAtt': ['OrderQueue', 'QueueName'] }, 'OrderQueue.QueueName:'],
  ['an unknown name in Fn::Sub', { 'Fn::Sub': `a-\${Payment-Queue}` }, 'Payment-Queue: the embedded cloud'],
  [
    'another function',
    { 'Fn::Join': ['-', ['a', 'b']] },
    'Fn::Join ["-",["a","b"]]: the embedded cloud knows',
  ],
  ['the long Fn::Sub', { 'Fn::Sub': [`\${a}`, { a: 'b' }] }, 'Fn::Sub'],
] as const)('%s is refused by name', ([, value, message]) => {
  expect(() => evaluate({ Properties: [value] })).toThrow(message);
});
