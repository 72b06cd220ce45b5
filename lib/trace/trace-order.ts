import type { Pipeline } from '../pipeline/pipeline.ts';
import type { OrderTrace } from './order-trace.ts';

export async function traceOrder(_pipeline: Pipeline, _orderId: string): Promise<OrderTrace | undefined> {
  return undefined;
}
