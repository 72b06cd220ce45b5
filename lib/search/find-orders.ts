import type { Pipeline } from '../pipeline/pipeline.ts';

export interface FoundOrder {
  order_id: string;
  customer_name: string | null;
  email_id: string | null;
  product_id: string | null;
  confirmed_at: string | null;
}

export async function findOrders(_pipeline: Pipeline, _query: string): Promise<FoundOrder[]> {
  return [];
}
