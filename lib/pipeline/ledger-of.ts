import { createLedger, type Ledger } from '../aws/ledger.ts';
import type { Pipeline } from './pipeline.ts';

/** The ledger of a pipeline. */
export const ledgerOf = ({ clients, ledgerTable }: Pipeline): Ledger =>
  createLedger(clients.dynamoDb, { tableName: ledgerTable });
