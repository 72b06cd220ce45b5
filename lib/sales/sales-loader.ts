import type { Sale } from './sale.ts';

/** What a load did. */
export interface SalesLoad {
  /** Sales that are new in the warehouse. */
  loaded: number;
  /** Sales whose order it has already: they are left as they were. */
  repeated: number;
}

/** Puts sales into the warehouse, each order once, however often and by however many at once it is loaded. */
export interface SalesLoader {
  /**
   * Loads all the sales or none.
   *
   * @param sales of different orders
   * @throws where it is not sure that they were loaded; then they may be loaded again
   */
  load(sales: readonly Sale[]): Promise<SalesLoad>;
}
