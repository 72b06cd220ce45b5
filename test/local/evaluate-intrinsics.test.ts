import { expect, test } from 'vitest';
import { evaluateIntrinsics } from '../../local/stack/evaluate-intrinsics.ts';

const attributes = new Map([
  ['OrderQueue', 'http://127.0.0.1:4566/000000000000/orders'],
  ['OrderQueue.Arn', 'arn:aws:sqs:us-east-1:000000000000:orders'],
  ['AWS::Region', 'us-east-1'],
]);
const evaluate = (value: unknown) => evaluateIntrinsics(value, attributes);

test('evaluateIntrinsics replaces Ref, Fn::GetAtt and Fn::Sub by the values of resources and pseudo parameters', () => {
  expect(evaluate({ Ref: 'OrderQueue' })).toBe('http://127.0.0.1:4566/000000000000/orders');
  expect(evaluate({ Ref: 'AWS::Region' })).toBe('us-east-1');
  expect(evaluate({ 'Fn::GetAtt': ['OrderQueue', 'Arn'] })).toBe('arn:aws:sqs:us-east-1:000000000000:orders');
  expect(evaluate({ 'Fn::Sub': `\${AWS::Region}/\${OrderQueue.Arn}` })).toBe(
    'us-east-1/arn:aws:sqs:us-east-1:000000000000:orders',
  );
});

test('evaluateIntrinsics replaces functions at any depth and leaves other values unchanged', () => {
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

test('Fn::Sub does not replace an escaped placeholder', () => {
  expect(evaluate({ 'Fn::Sub': `\${!OrderQueue} in \${AWS::Region}` })).toBe(`\${OrderQueue} in us-east-1`);
});

test.for([
  ['an unknown resource', { Ref: 'PaymentQueue' }, 'PaymentQueue: the embedded cloud has no resource'],
  ['an unknown attribute', { 'Fn::GetAtt': ['OrderQueue', 'QueueName'] }, 'OrderQueue.QueueName:'],
  ['an unknown name in Fn::Sub', { 'Fn::Sub': `a-\${Payment-Queue}` }, 'Payment-Queue: the embedded cloud'],
  [
    'an unsupported function',
    { 'Fn::Split': ['-', 'a-b'] },
    'Fn::Split: the embedded cloud supports Ref, Fn::GetAtt, Fn::Join and Fn::Sub with a string, received ["-","a-b"]',
  ],
  ['Fn::Sub with a list', { 'Fn::Sub': [`\${a}`, { a: 'b' }] }, 'Fn::Sub'],
] as const)('evaluateIntrinsics rejects %s with an error that names it', ([, value, message]) => {
  expect(() => evaluate({ Properties: [value] })).toThrow(message);
});
