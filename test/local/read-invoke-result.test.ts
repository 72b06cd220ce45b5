import { describe, expect, test } from 'vitest';
import { readInvokeResult } from '../../local/lambda/event-source-mapping.ts';

const BATCH = ['one', 'two', 'three'];

/** Returns the messages that an answer fails, in the order of the batch, and the reason. */
function failedOf(answer: unknown, reportsItemFailures = true) {
  const { failed, reason } = readInvokeResult(
    { payload: JSON.stringify(answer) },
    BATCH,
    reportsItemFailures,
  );
  return { failed: BATCH.filter((id) => failed.has(id)), reason };
}

const reporting = (...ids: unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

test('the messages that an answer names have failed, and the others succeeded', () => {
  expect(failedOf(reporting('two'))).toEqual({ failed: ['two'], reason: undefined });
  expect(failedOf(reporting('three', 'one', 'one'))).toEqual({ failed: ['one', 'three'], reason: undefined });
});

describe('the whole batch succeeds if the answer', () => {
  test.for([
    ['is null', null],
    ['is empty', {}],
    ['has no list', { batchItemFailures: null }],
    ['has an empty list', { batchItemFailures: [] }],
    ['has other fields only', { done: 3 }],
  ])('%s', ([, answer]) => {
    expect(failedOf(answer)).toEqual({ failed: [], reason: undefined });
  });
});

describe('the whole batch fails with a reason if the answer', () => {
  test.for([
    ['names a message that is not in the batch', reporting('one', 'four'), '"four" is not a message'],
    ['has an empty id', reporting(''), '"" is not a message'],
    ['has a null id', reporting(null), 'null is not a message'],
    ['has an id that is a number', reporting(1), '1 is not a message'],
    ['misspells the key', { batchItemFailures: [{ messageId: 'one' }] }, 'undefined is not a message'],
    ['lists bare ids', { batchItemFailures: ['one'] }, 'undefined is not a message'],
    ['lists null', { batchItemFailures: [null] }, 'undefined is not a message'],
    ['has an object instead of a list', { batchItemFailures: { itemIdentifier: 'one' } }, 'is not a list'],
    ['is a string', 'done', 'answer is not an object'],
    ['is a number', 3, 'answer is not an object'],
    ['is false', false, 'answer is not an object'],
    ['is a list', [{ itemIdentifier: 'one' }], 'answer is not an object'],
  ] as const)('%s', ([, answer, reason]) => {
    expect(failedOf(answer)).toEqual({ failed: BATCH, reason: expect.stringContaining(reason) });
  });
});

test('a function error fails the whole batch and is the reason, with and without ReportBatchItemFailures', () => {
  const payload = '{"errorMessage":"out of tea"}';
  for (const reports of [true, false]) {
    const { failed, reason } = readInvokeResult({ payload, functionError: 'Unhandled' }, BATCH, reports);
    expect([...failed]).toEqual(BATCH);
    expect(reason).toBe('function error: {"errorMessage":"out of tea"}');
  }
});

test('without ReportBatchItemFailures, any answer is a success of the whole batch', () => {
  for (const answer of [reporting('one'), reporting(''), 'done', null]) {
    expect(failedOf(answer, false)).toEqual({ failed: [], reason: undefined });
  }
});
