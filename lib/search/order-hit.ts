/** An order that a search has found, with what its source knows. */
export interface OrderHit {
  order_id: string;
  customer_name: string | null;
  email_id: string | null;
  product_id: string | null;
  /** ISO 8601. */
  confirmed_at: string | null;
}
