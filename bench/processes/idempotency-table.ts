/** A table as idempotency utilities want theirs: their own key, and nothing else. */
export const IDEMPOTENCY_TABLE = 'idempotency';
