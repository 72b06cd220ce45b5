import type { Migration } from '../database/migrate.ts';
import sales from './migrations/0001-sales.sql';

/** The migrations of the warehouse, oldest first. Never change a deployed migration: add a new one. */
export const salesMigrations: readonly Migration[] = [{ name: '0001-sales', sql: sales }];
