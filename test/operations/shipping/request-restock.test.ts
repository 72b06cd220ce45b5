import { InvokeCommand } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { requestRestock } from '../../../operations/shipping/request-restock.ts';
import { intercept } from '../../aws/intercept.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';

const ITEM = { product_id: 'P-1', quantity: 5 };
const PRODUCTS = [{ product_id: 'P-1', added: 5, scheduled: 0, stock: 5 }];

test('invokes the stage’s function with a restock id, which it generates if there is none', async () => {
  const { pipeline } = openScriptedPipeline({ shipments: [] });
  const answered = Buffer.from(JSON.stringify({ restock_id: 'r', products: PRODUCTS }));
  const invocations = intercept(pipeline.clients.lambda, InvokeCommand, async () => ({
    $metadata: {},
    StatusCode: 200,
    Payload: Object.assign(answered, { transformToString: () => answered.toString() }) as never,
  }));
  expect(await requestRestock(pipeline, ITEM)).toEqual({ restock_id: 'r', products: PRODUCTS });
  await requestRestock(pipeline, { ...ITEM, restock_id: 'own' });
  expect(invocations.map(({ FunctionName }) => FunctionName)).toEqual(
    Array(2).fill('order-pipeline-dev-restock'),
  );
  const [made, own] = invocations.map(({ Payload }) => JSON.parse(String(Payload)));
  expect(made).toEqual({ items: [ITEM], restock_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(own).toEqual({ items: [ITEM], restock_id: 'own' });
});

test('does not invoke the function if shipping is disabled or the input is invalid', async () => {
  const { pipeline } = openScriptedPipeline({});
  await expect(requestRestock(pipeline, ITEM)).rejects.toMatchObject({
    name: 'InvalidInputError',
    message: 'restock: shipping is disabled in stage dev',
  });
  const on = openScriptedPipeline({ shipments: [] }).pipeline;
  const invocations = intercept(on.clients.lambda, InvokeCommand);
  await expect(requestRestock(on, {})).rejects.toMatchObject({ name: 'InvalidInputError' });
  expect(invocations).toEqual([]);
});
