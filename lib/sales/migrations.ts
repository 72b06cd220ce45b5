import type { Migration } from '../database/migrate.ts';
import sales from './migrations/0001-sales.sql';

/** The warehouse's schema, oldest first; what has been deployed is never changed, only added to. */
export const salesMigrations: readonly Migration[] = [{ name: '0001-sales', sql: sales }];
